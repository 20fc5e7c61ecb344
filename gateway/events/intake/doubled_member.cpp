#include "events/intake/doubled_member.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "core/json_scan.h"

namespace causeway::events {
namespace {

class Finder {
 public:
  explicit Finder(Bytes json) : at_(json.data()), end_(at_ + json.size()) {}

  std::optional<std::string> find() {
    for (; at_ != end_; ++at_) {
      switch (*at_) {
        case '"':
          string();
          break;
        case '{':
        case '[':
          open_.push_back({*at_ == '{', names_.size()});
          key_next_ = *at_ == '{';
          break;
        case ',':
          key_next_ = !open_.empty() && open_.back().object;
          break;
        case '}':
        case ']':
          if (auto doubled = close()) return doubled;
          break;
        default:
          break;
      }
    }
    return std::nullopt;
  }

 private:
  struct Container {
    bool object;
    std::size_t first;  // of its names
  };

  // Ends at the closing quote.
  void string() {
    const char* const begin = at_++;
    bool escaped = false;
    for (; *at_ != '"'; ++at_) {
      if (*at_ != '\\') continue;
      escaped = true;
      ++at_;
    }
    if (!key_next_) return;
    key_next_ = false;
    const Bytes raw(begin, static_cast<std::size_t>(at_ + 1 - begin));
    names_.push_back(escaped ? Bytes(unescaped_.emplace_back(*json_string_value(raw))) : raw.substr(1, raw.size() - 2));
  }

  std::optional<std::string> close() {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(open_.back().first);
    open_.pop_back();
    key_next_ = false;
    std::sort(first, names_.end());
    const auto doubled = std::adjacent_find(first, names_.end());
    if (doubled != names_.end()) return std::string(*doubled);
    names_.erase(first, names_.end());
    return std::nullopt;
  }

  const char* at_;
  const char* const end_;
  bool key_next_ = false;
  std::vector<Container> open_;
  std::vector<Bytes> names_;  // of the open objects, one after the other
  std::deque<std::string> unescaped_;
};

}  // namespace

std::optional<std::string> find_doubled_member(Bytes json) { return Finder(json).find(); }

}  // namespace causeway::events
