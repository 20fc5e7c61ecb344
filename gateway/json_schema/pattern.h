// Patterns of schemas, which are ECMA-262's, as RE2 can run them: linear in the text, whatever the pattern. Thread
// safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "json_schema/plan.h"

namespace causeway::json_schema {

/// The pattern, or why there is none. `\uXXXX` is understood, pairs of surrogates too, and the longer names of `\p{…}`;
/// looking around and references back are what RE2 cannot do.
std::variant<Pattern, std::string> compile_pattern(std::string_view text);

}  // namespace causeway::json_schema
