// Text as code points, and searching. Internal to expression. Offsets are bytes unless they are called points; texts
// are UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "expression/values/value.h"

namespace causeway::expression {

std::size_t count_points(std::string_view text);
/// Where the code point of that number begins; the size when there are fewer.
std::size_t offset_of_point(std::string_view text, std::size_t point);
/// The code point at the front, which is taken off.
std::uint32_t take_point(std::string_view& text);

/// At most so many bytes of it, whole code points.
std::string_view first_bytes(std::string_view text, std::size_t size);
/// The same with `...` behind it where something was left out.
std::string shortened(std::string_view text, std::size_t size);
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// A letter, digit or `_`, and what is not ASCII.
constexpr bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

/// Where `part` stands in `text` from `from` on; npos. In linear time, whatever the texts are.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t from = 0);

/// Where the items of `part` stand in `array`, one behind the other.
Value indices_of(Resources& resources, const Value& array, const Value& part);
/// Where `part` stands in `text`, in code points; overlapping ones too. Nothing for an empty part.
Value string_indices(Resources& resources, std::string_view text, std::string_view part);
Value split_text(Resources& resources, std::string_view text, std::string_view separator);

}  // namespace causeway::expression
