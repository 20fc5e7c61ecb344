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
  // Anywhere in the name, however its words are joined.
  constexpr std::array<std::string_view, 13> kWithin = {"secret",     "token",  "passw",  "pwd",    "key",
                                                        "credential", "auth",   "phrase", "cookie", "sessionid",
                                                        "signature",  "sha256", "hmac"};
  // Too short for that (`shipping`, `design`): words of their own.
  constexpr std::array<std::string_view, 9> kWords = {"pass", "pin",   "sig", "sign", "signing",
                                                      "cred", "creds", "otp", "jwt"};
  std::string joined;
  std::string word;
  bool is_word = false;
  const auto end_word = [&] {
    is_word = is_word || std::ranges::find(kWords, word) != kWords.end();
    word.clear();
  };
  bool was_lower = false;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool letter = upper || (c >= 'a' && c <= 'z');
    if (!letter || (upper && was_lower)) end_word();
    was_lower = letter && !upper;
    if (letter) word += static_cast<char>(upper ? c + 32 : c);
    if (letter || (c >= '0' && c <= '9')) joined += static_cast<char>(upper ? c + 32 : c);
  }
  end_word();
  // `X-Session`, but not `session.timeout.ms`.
  return is_word || joined.ends_with("session") ||
         std::ranges::any_of(kWithin, [&](std::string_view part) { return joined.find(part) != std::string::npos; });
}

}  // namespace causeway::config
