// Where a generated program may differ from Debian's jq 1.6: reviewed one by one, each with its reason.
#pragma once

#include <string_view>

#include "expression/generator.h"

namespace causeway::expression {

/// By value: numbers as doubles within 1e-12 of each other, members in any order, the values that messages show left
/// out (jq cuts them at 11 bytes).
bool same_result(std::string_view ours, std::string_view theirs);

/// The reason; empty: it is not a known one.
std::string_view known_difference(const Generator::Case& one, std::string_view ours, std::string_view theirs);

}  // namespace causeway::expression
