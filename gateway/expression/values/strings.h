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
/// A letter, digit or `_`, and what is not ASCII.
constexpr bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

/// Where `part` stands in `text` from `from` on; npos. In linear time, whatever the texts are.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t from = 0);

/// Where the items of `part` stand in `array`, one behind the other.
Value indices_of(Resources& resources, const Value& array, const Value& part);
/// Where `part` stands in `text`, in code points; overlapping ones too. Nothing for an empty part.
Value string_indices(Resources& resources, std::string_view text, std::string_view part);
Value split_text(Resources& resources, std::string_view text, std::string_view separator);

/// Is `key` that of a slice, `{"start": …, "end": …}`?
bool slice_bounds(Resources& resources, const Value& key, Value& from, Value& to);
/// What a slice means for something of that size.
void slice_range(const Value& from, const Value& to, std::size_t size, std::size_t& begin, std::size_t& end);

}  // namespace causeway::expression
