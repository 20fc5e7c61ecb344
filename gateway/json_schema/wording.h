// How messages name types and show values. Thread safe.
#pragma once

#include <string>
#include <string_view>

#include "core/json_document.h"
#include "json_schema/plan.h"

namespace causeway::json_schema {

/// Of the names `null`, `boolean`, `number`, `integer`, `string`, `array`, `object`; 0 for others.
TypeSet type_named(std::string_view name);
/// The type of a value, without kInteger.
TypeSet type_of(JsonKind kind);
/// `a string or null`.
std::string expected_types(TypeSet types);
/// A value as it was written, cut when long; `an object`, `an array`.
std::string shown(const JsonDocument& document, JsonDocument::Index value);
/// At most `size` bytes, not through the middle of a character.
std::string_view cut(std::string_view text, std::size_t size);
/// A text in quotes, cut when long.
std::string quoted_text(std::string_view text);
/// `1 item`, `2 items`.
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

}  // namespace causeway::json_schema
