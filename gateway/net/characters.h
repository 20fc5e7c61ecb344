// Classes of bytes that HTTP and URIs distinguish (RFC 9110 5.6.2, 5.5; RFC 3986 2), as one table.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/ascii.h"

namespace causeway::net {

enum Characters : std::uint8_t {
  kToken = 1,        ///< tchar
  kText = 2,         ///< field-vchar, SP, HTAB: what a field value may hold
  kPathByte = 4,     ///< pchar, `/` and `%`
  kQueryByte = 8,    ///< kPathByte, `?`, and `[` `]`, which browsers leave as they are
  kUnreserved = 16,  ///< RFC 3986 2.3
  kDigit = 32,
  kHexDigit = 64,
  kHostByte = 128,  ///< reg-name without escapes and without `,` and `;`
};

constexpr bool one_of(char byte, std::string_view set) { return set.find(byte) != std::string_view::npos; }

namespace detail {

constexpr std::array<std::uint8_t, 256> make_characters() {
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const bool digit = i >= '0' && i <= '9';
    const bool alpha = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
    const bool unreserved = digit || alpha || one_of(c, "-._~");
    const bool path = unreserved || one_of(c, "!$&'()*+,;=:@/%");
    std::uint8_t flags = 0;
    if (digit || alpha || one_of(c, "!#$%&'*+-.^_`|~")) flags |= kToken;
    if (i == '\t' || (i >= 0x20 && i != 0x7f)) flags |= kText;
    if (path) flags |= kPathByte;
    if (path || one_of(c, "?[]")) flags |= kQueryByte;
    if (unreserved) flags |= kUnreserved;
    if (digit) flags |= kDigit;
    if (digit || (i >= 'a' && i <= 'f') || (i >= 'A' && i <= 'F')) flags |= kHexDigit;
    if (unreserved || one_of(c, "!$&'()*+=")) flags |= kHostByte;
    table[static_cast<std::size_t>(i)] = flags;
  }
  return table;
}

constexpr std::array<char, 256> make_lower(bool fold) {
  std::array<char, 256> table{};
  for (int i = 0; i < 256; ++i) {
    char c = static_cast<char>(i);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (fold && (c == '_' || c == '.')) c = '-';
    table[static_cast<std::size_t>(i)] = c;
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kCharacters = make_characters();

}  // namespace detail

/// Letters in lower case; in kFold `_` and `.` become `-` besides.
inline constexpr std::array<char, 256> kLower = detail::make_lower(false);
inline constexpr std::array<char, 256> kFold = detail::make_lower(true);

constexpr bool is(char byte, Characters classes) {
  return (detail::kCharacters[static_cast<unsigned char>(byte)] & classes) != 0;
}

constexpr bool all_of(std::string_view text, Characters classes) {
  for (const char byte : text) {
    if (!is(byte, classes)) return false;
  }
  return true;
}

using causeway::equals_ignoring_case;
using causeway::hex_digit;

constexpr char lower(char byte) { return kLower[static_cast<unsigned char>(byte)]; }

constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

/// Without blanks at either end (OWS of RFC 9110 5.6.3).
constexpr std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The first byte in [begin, end) that is not kText, or end. Many bytes at a time: values are most of a head.
inline const char* skip_text(const char* begin, const char* end) {
#if defined(__SSE2__)
  while (end - begin >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i found = _mm_or_si128(controls, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const auto marks = static_cast<std::uint32_t>(_mm_movemask_epi8(found));
    if (marks == 0) {
      begin += 16;
      continue;
    }
    begin += std::countr_zero(marks);
    if (!is(*begin, kText)) return begin;  // a tab is a control, and text
    ++begin;
  }
#endif
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  while (end - begin >= 8) {
    std::uint64_t word;
    std::memcpy(&word, begin, 8);
    const std::uint64_t below_space = (word - kOnes * 0x20) & ~word;
    const std::uint64_t del = word ^ (kOnes * 0x7f);
    const std::uint64_t found = (below_space | ((del - kOnes) & ~del)) & kHighs;
    if (found == 0) {
      begin += 8;
      continue;
    }
    // The lowest mark is exact (a borrow only reaches upwards). A tab is a control, and text.
    if constexpr (std::endian::native == std::endian::little) begin += std::countr_zero(found) / 8;
    if (!is(*begin, kText)) return begin;
    ++begin;
  }
  while (begin != end && is(*begin, kText)) ++begin;
  return begin;
}

}  // namespace causeway::net
