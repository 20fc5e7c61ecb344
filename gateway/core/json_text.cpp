#include "core/json_text.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string>

#include "core/json_grammar.h"

namespace causeway {
namespace {

constexpr bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

/// The first byte from `at` on that is no ASCII.
const char* skip_ascii(const char* at, const char* end) {
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    if ((word &= kHighs) == 0) continue;
    if constexpr (std::endian::native == std::endian::little) return at + std::countr_zero(word) / 8;
    break;
  }
  while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
  return at;
}

/// Is it a valid sequence of three bytes, as most of Chinese text is?
bool three_bytes(const char* at, const char* end) {
  if (end - at < 3) return false;
  const auto byte = [at](int i) { return std::uint32_t{static_cast<unsigned char>(at[i])}; };
  if ((byte(0) & 0xf0) != 0xe0 || (byte(1) & 0xc0) != 0x80 || (byte(2) & 0xc0) != 0x80) return false;
  const std::uint32_t point = (byte(0) & 0xf) << 12 | (byte(1) & 0x3f) << 6;
  return point >= 0x800 && (point & 0xf800) != 0xd800;  // neither longer than it must be nor half of a pair
}

}  // namespace

std::optional<JsonProblem> check_json(Bytes text, std::size_t depth) {
  json::IgnoreTokens ignore;
  json::Grammar grammar(text, depth, ignore);
  if (const char* what = grammar.check()) return JsonProblem{grammar.offset(), what};
  return std::nullopt;
}

std::size_t utf8_sequence(Bytes text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || text.size() < 2 || !is_continuation(text[1])) return 0;
  if (first < 0xe0) return 2;
  const auto second = static_cast<unsigned char>(text[1]);
  if (text.size() < 3 || !is_continuation(text[2])) return 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && second < 0xa0;
    const bool surrogate = first == 0xed && second > 0x9f;
    return overlong || surrogate ? 0 : 3;
  }
  if (text.size() < 4 || !is_continuation(text[3])) return 0;
  const bool overlong = first == 0xf0 && second < 0x90;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || beyond ? 0 : 4;
}

std::size_t valid_utf8(Bytes text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  while (at = skip_ascii(at, end), at != end) {
    const std::size_t length = three_bytes(at, end) ? 3 : utf8_sequence({at, static_cast<std::size_t>(end - at)});
    if (length == 0) break;
    at += length;
  }
  return static_cast<std::size_t>(at - begin);
}

template <class String>
void append_json_string(String& out, Bytes text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  out.push_back('"');
  while (true) {
    const char* const stop = json::skip_plain(at, end);
    out.append(at, static_cast<std::size_t>(stop - at));
    at = stop;
    if (at == end) break;
    const char byte = *at;
    constexpr std::string_view kEscaped = "\"\\\n\r\t\b\f";
    constexpr std::string_view kLetters = "\"\\nrtbf";
    if (const std::size_t i = kEscaped.find(byte); i != std::string_view::npos) {
      const char escape[] = {'\\', kLetters[i]};
      out.append(escape, sizeof escape);
      ++at;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      const char escape[] = {'\\', 'u', '0', '0', kHex[static_cast<unsigned char>(byte) >> 4], kHex[byte & 15]};
      out.append(escape, sizeof escape);
      ++at;
    } else if (const std::size_t length = utf8_sequence({at, static_cast<std::size_t>(end - at)}); length > 0) {
      out.append(at, length);
      at += length;
    } else {
      out.append("\xef\xbf\xbd", 3);
      ++at;
    }
  }
  out.push_back('"');
}

template void append_json_string(std::string&, Bytes);
template void append_json_string(std::pmr::string&, Bytes);

}  // namespace causeway
