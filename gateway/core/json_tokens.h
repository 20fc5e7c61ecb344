// Steps over tokens of JSON for a reader who wants a verdict and not a reason: internal to core. Each goes from `at` to
// behind the token; null: it is none. Never reads at or behind `end`. Thread safe.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>

namespace causeway::json {

constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

/// Any number of blanks.
inline const char* pass_blanks(const char* at, const char* end) {
  if (at == end || !is_blank(*at)) return at;
  ++at;
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto is = [bytes](char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); };
    const __m128i blank = _mm_or_si128(_mm_or_si128(is(' '), is('\n')), _mm_or_si128(is('\r'), is('\t')));
    const auto others = ~static_cast<std::uint32_t>(_mm_movemask_epi8(blank)) & 0xffff;
    if (others != 0) return at + std::countr_zero(others);
    at += 16;
  }
#endif
  while (at != end && is_blank(*at)) ++at;
  return at;
}

#if defined(__SSE2__)
/// Which of 16 bytes are no digits.
inline std::uint32_t others_than_digits(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  // Moved so that digits are the lowest of the signed bytes.
  const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(0x80 - '0')));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(static_cast<char>(0x89)))));
}
#endif

/// Of any length and form.
const char* pass_long_number(const char* at, const char* end);

inline const char* pass_number(const char* at, const char* end) {
#if defined(__SSE2__)
  // Most are digits and perhaps a fraction, and fit into 16 bytes with a byte behind them.
  if (end - at >= 16 && *at != '-') [[likely]] {
    const std::uint32_t others = others_than_digits(at) | 1u << 16;
    auto count = static_cast<std::uint32_t>(std::countr_zero(others));
    if (count == 0 || (*at == '0' && count > 1)) return nullptr;
    if (count < 15 && at[count] == '.') {
      const auto fraction = static_cast<std::uint32_t>(std::countr_zero(others >> (count + 1)));
      if (fraction == 0) return nullptr;
      count += 1 + fraction;
    }
    if (count < 16 && (at[count] | 0x20) != 'e' && at[count] != '.') return at + count;
  }
#endif
  return pass_long_number(at, end);
}

/// true, false or null.
inline const char* pass_word(const char* at, const char* end) {
  if (end - at < 4) return nullptr;
  if (std::memcmp(at, "true", 4) == 0 || std::memcmp(at, "null", 4) == 0) return at + 4;
  return end - at >= 5 && std::memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
}

/// Is there a backslash in what stands between the quotes of a string? The whole text goes on to `end`.
inline bool has_backslash(const char* inner, std::size_t size, const char* end) {
#if defined(__SSE2__)
  if (size <= 16 && end - inner >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(inner));
    const __m128i found = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (static_cast<std::uint32_t>(_mm_movemask_epi8(found)) & ((1u << size) - 1)) != 0;
  }
#endif
  return std::memchr(inner, '\\', size) != nullptr;
}

/// Are the escapes of a string, without its quotes, those that the grammar has?
bool escapes_are_valid(const char* inner, const char* end);

}  // namespace causeway::json
