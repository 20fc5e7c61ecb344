#include "config/hiding.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "config/keys.h"

namespace causeway::config {
namespace {

/// Structs may hold themselves: each is looked at once.
class Search {
 public:
  bool finds_secret(const Shape& shape) {
    if (shape.secret) return true;
    if (std::ranges::any_of(shape.element, [this](const Shape& each) { return finds_secret(each); })) return true;
    if (shape.keys != nullptr && fresh(&shape.keys()) && in_keys(shape.keys())) return true;
    return shape.choices != nullptr && fresh(&shape.choices()) &&
           std::ranges::any_of(shape.choices(), [this](const Choice& each) { return finds_secret(each.settings); });
  }

 private:
  bool in_keys(const KeysView& view) {
    return std::ranges::any_of(view.keys, [this](const KeyView& key) { return finds_secret(key.shape); });
  }
  bool fresh(const void* visited) {
    if (std::ranges::find(seen_, visited) != seen_.end()) return false;
    seen_.push_back(visited);
    return true;
  }

  std::vector<const void*> seen_;
};

}  // namespace

bool takes_secret(const Shape& shape) { return Search().finds_secret(shape); }

bool sounds_secret(std::string_view name) {
  constexpr std::array<std::string_view, 7> kWords = {"secret", "token", "passw", "pwd", "key", "credential", "auth"};
  std::string low(name);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return std::ranges::any_of(kWords, [&low](std::string_view word) { return low.find(word) != std::string::npos; });
}

}  // namespace causeway::config
