// Regular expressions on RE2: linear in the text, whatever the pattern. Internal to expression.
//
// jq's syntax is Oniguruma's; what RE2 does not have (look-around, back references, atomic groups) does not compile. A
// thread keeps the patterns that it used last.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "expression/values/resources.h"

namespace causeway::expression {

struct Regex {
  std::unique_ptr<re2::RE2> compiled;
  std::size_t size = 0;  ///< of what it was compiled to: what a character may cost at most
  int groups = 0;
  bool global = false;      ///< flag g
  bool skip_empty = false;  ///< flag n
  /// Of a group, counted from 1; empty when it has none.
  std::string_view name_of(int group) const;
};

struct RegexProblem {
  enum class Of : std::uint8_t { kSize, kFlags, kPattern };
  Of of;
  std::string what;
  std::string near;  ///< `: ` and a part of the pattern; may be empty
};

/// `flags` are jq's: g i x s n p l. `longest`: of a pattern, in bytes. Compiling is paid for in steps, by what it came
/// to and once a run, also when the thread still had it: whether a run ends must not hang on what ran before it. What
/// does not compile is paid for each time.
std::variant<std::shared_ptr<const Regex>, RegexProblem> find_regex(std::string_view pattern, std::string_view flags,
                                                                    Resources& resources, std::size_t longest);
/// Looks for the first match from `start` on. Paid for in steps by what was looked at, which ends with the match; where
/// it took far longer than that (RE2 has run out of memory for its states), by the time that it took. `groups` has one
/// at least. False also when the run has to end.
bool find_match(const Regex& regex, std::string_view text, std::size_t start, std::span<re2::StringPiece> groups,
                Resources& resources);

}  // namespace causeway::expression
