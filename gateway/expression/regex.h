// Regular expressions on RE2: linear in the text, whatever the pattern. Internal to expression.
//
// jq's syntax is Oniguruma's; what RE2 does not have (look-around, back references, atomic groups) does not compile. A
// thread keeps the patterns that it used last.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace causeway::expression {

struct Regex {
  std::unique_ptr<re2::RE2> compiled;
  int groups = 0;
  bool global = false;      ///< flag g
  bool skip_empty = false;  ///< flag n
  /// Of a group, counted from 1; empty when it has none.
  std::string_view name_of(int group) const;
};

/// `flags` are jq's: g i x s n p l. The pointer is valid until the thread asks for some thirty others. What is wrong
/// otherwise.
std::variant<std::shared_ptr<const Regex>, std::string> find_regex(std::string_view pattern, std::string_view flags);

}  // namespace causeway::expression
