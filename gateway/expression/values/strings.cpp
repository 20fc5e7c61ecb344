#include "expression/values/strings.h"

#include <algorithm>
#include <cstring>

#include "expression/values/compare.h"
#include "expression/values/containers.h"

namespace causeway::expression {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::size_t count_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    // So few that a byte counts them, which lets the machine count many at once.
    const std::string_view some = text.substr(0, 128);
    std::uint8_t points = 0;
    for (const char c : some) points = static_cast<std::uint8_t>(points + (continues(c) ? 0 : 1));
    count += points;
    text.remove_prefix(some.size());
  }
  return count;
}

std::size_t offset_of_point(std::string_view text, std::size_t point) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues(text[at])) continue;
    if (point-- == 0) return at;
  }
  return at;
}

std::uint32_t take_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0u;
  };
  const std::uint32_t first = byte(0);
  std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t point = first;
  if (length == 2) point = ((first & 0x1f) << 6) | (byte(1) & 0x3f);
  if (length == 3) point = ((first & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f);
  if (length == 4)
    point = ((first & 0x07) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f);
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

std::string_view first_bytes(std::string_view text, std::size_t size) {
  if (size >= text.size()) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  return text.substr(0, size);
}

std::string shortened(std::string_view text, std::size_t size) {
  std::string out(first_bytes(text, size));
  if (text.size() > size) out += "...";
  return out;
}

std::size_t find_text(std::string_view text, std::string_view part, std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
}

Value indices_of(Resources& resources, const Value& array, const Value& part) {
  Value found = new_array(resources);
  const std::size_t size = size_of(array);
  const std::size_t length = size_of(part);
  if (length == 0) return found;
  // Both as blocks, so that their items are at hand.
  Value whole = array;
  Value piece = part;
  own_array(resources, whole);
  own_array(resources, piece);
  for (std::size_t at = 0; at + length <= size; ++at) {
    bool same = true;
    for (std::size_t i = 0; same && i < length; ++i) {
      if (!resources.step()) return found;
      same = equal(resources, items(whole.block())[at + i], items(piece.block())[i]);
    }
    if (same) push(found, Value::integer(static_cast<std::int64_t>(at)));
  }
  return found;
}

Value string_indices(Resources& resources, std::string_view text, std::string_view part) {
  Value found = new_array(resources);
  if (part.empty()) return found;
  std::size_t points = 0;
  std::size_t counted = 0;
  for (std::size_t at = find_text(text, part); at != std::string_view::npos; at = find_text(text, part, at + 1)) {
    if (!resources.spend(1 + part.size() / 8 + (at - counted) / 64)) break;
    points += count_points(text.substr(counted, at - counted));
    counted = at;
    push(found, Value::integer(static_cast<std::int64_t>(points)));
  }
  resources.spend_bytes(text.size());
  return found;
}

Value split_text(Resources& resources, std::string_view text, std::string_view separator) {
  Value parts = new_array(resources);
  resources.spend_bytes(text.size());
  if (text.empty()) return parts;
  if (separator.empty()) {
    while (!text.empty() && resources.step()) {
      const std::string_view before = text;
      take_point(text);
      push(parts, copy_text(resources, before.substr(0, before.size() - text.size())));
    }
    return parts;
  }
  while (resources.step()) {
    const std::size_t at = find_text(text, separator);
    push(parts, copy_text(resources, text.substr(0, at)));
    resources.step();
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + separator.size());
  }
  return parts;
}

}  // namespace causeway::expression
