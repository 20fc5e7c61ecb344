// JSON pointers (RFC 6901). Thread safe.
#pragma once

#include <string>
#include <string_view>

#include "core/json_document.h"

namespace causeway::json_schema {

/// `/name` with `~` and `/` escaped.
std::string pointer_step(std::string_view name);
/// The node that a pointer leads to; kNone when there is none.
JsonDocument::Index follow(const JsonDocument& document, std::string_view pointer);
/// `%41` is `A`; what is no escape stays.
std::string percent_decoded(std::string_view text);

}  // namespace causeway::json_schema
