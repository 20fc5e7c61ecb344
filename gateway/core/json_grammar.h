// The grammar of JSON (RFC 8259), once for all that read it: internal to core. One pass, no recursion, no allocation;
// who wants more than a verdict has the tokens told.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::json {

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The first byte from `at` on that is not plain ASCII text inside a string: a quote, a backslash, a control, UTF-8.
inline const char* skip_plain(const char* at, const char* end) {
#if defined(__SSE2__)
  while (end - at >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed bytes, controls and everything that is not ASCII are below the blank.
    const __m128i found = _mm_or_si128(
        _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
    const auto marks = static_cast<std::uint32_t>(_mm_movemask_epi8(found));
    if (marks != 0) return at + std::countr_zero(marks);
    at += 16;
  }
#endif
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word; };
  while (end - at >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word;
    const std::uint64_t found =
        (word | control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) & kHighs;
    if (found != 0) {
      // The lowest mark is exact: a borrow only reaches upwards.
      if constexpr (std::endian::native == std::endian::little) return at + std::countr_zero(found) / 8;
      break;
    }
    at += 8;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at - 0x20) < 0x60) ++at;
  return at;
}

/// A value that is no container, or a name, with its quotes.
struct Token {
  const char* begin;
  const char* end;
  JsonKind kind;
  bool escaped;  ///< of a string: does it have escapes
};

/// What reads along. Each function may refuse by saying what is wrong.
struct IgnoreTokens {
  const char* open(const char*) { return nullptr; }   ///< a bracket or brace
  const char* close(const char*) { return nullptr; }  ///< behind its counterpart
  const char* scalar(const Token&) { return nullptr; }
  const char* name(const Token&) { return nullptr; }  ///< of a member
};

/// Positions go from step to step by value, so that they stay in registers; a step that fails gives null. Most steps
/// are inlined whatever the compiler thinks of it: they are few instructions, and a body has many tokens.
template <class Tokens>
class Grammar {
 public:
  Grammar(Bytes text, std::size_t depth, Tokens& tokens)
      : begin_(text.data()),
        end_(begin_ + text.size()),
        stopped_(begin_),
        limit_(std::min(depth, kMaxJsonDepth)),
        tokens_(tokens) {}

  /// Null when the text is one value; else what is wrong at offset().
  const char* check() {
    const char* at = skip_blanks(begin_);
    while (at) at = pass_value(at);
    return what_;
  }

  std::size_t offset() const { return static_cast<std::size_t>(stopped_ - begin_); }
  /// How deep containers nest.
  std::size_t depth() const { return deepest_; }
  /// Are there blanks between the tokens, or around them?
  bool has_blanks() const { return blanks_; }

 private:
  [[gnu::always_inline]] const char* fail(const char* at, const char* what) {
    stopped_ = at;
    what_ = what;
    return nullptr;
  }

  [[gnu::always_inline]] char byte_at(const char* at) const { return at == end_ ? '\0' : *at; }

  [[gnu::always_inline]] const char* skip_blanks(const char* at) {
    if (at == end_ || static_cast<unsigned char>(*at) > ' ') [[likely]]
      return at;
    const char* const begin = at;
    while (at != end_ && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
    blanks_ = blanks_ || at != begin;
    return at;
  }

  /// To where the next value begins, null behind the last one.
  [[gnu::always_inline]] const char* pass_value(const char* at) {
    const char byte = byte_at(at);
    bool ended = true;
    if (byte == '{' || byte == '[') {
      if (depth_ == limit_) return fail(at, "nested too deep");
      if (const char* what = tokens_.open(at)) return fail(at, what);
      objects_[depth_++] = object_ = byte == '{';
      deepest_ = std::max(deepest_, depth_);
      at = skip_blanks(at + 1);
      ended = byte_at(at) == byte + 2;  // each bracket is two behind its counterpart
      if (ended) at = close(at);
    } else {
      at = pass_scalar(at, byte);
    }
    while (ended) {
      if (!at) return nullptr;
      at = skip_blanks(at);
      if (depth_ == 0) return at == end_ ? nullptr : fail(at, "text after the value");
      const char behind = byte_at(at);
      if (behind == ',') {
        at = skip_blanks(at + 1);
        break;
      }
      if (behind != (object_ ? '}' : ']'))
        return fail(at, object_ ? "a comma or } was expected" : "a comma or ] was expected");
      at = close(at);
    }
    return object_ ? pass_name(at) : at;
  }

  [[gnu::always_inline]] const char* close(const char* at) {
    --depth_;
    object_ = depth_ > 0 && objects_[depth_ - 1];
    if (const char* what = tokens_.close(at + 1)) return fail(at + 1, what);
    return at + 1;
  }

  [[gnu::always_inline]] const char* pass_name(const char* at) {
    if (byte_at(at) != '"') return fail(at, "a key was expected");
    Token name{at, nullptr, JsonKind::kString, false};
    name.end = pass_string(at, name.escaped);
    if (!name.end) return nullptr;
    if (const char* what = tokens_.name(name)) return fail(name.end, what);
    at = skip_blanks(name.end);
    if (byte_at(at) != ':') return fail(at, "a colon was expected");
    return skip_blanks(at + 1);
  }

  [[gnu::always_inline]] const char* pass_scalar(const char* at, char byte) {
    Token token{at, nullptr, JsonKind::kBoolean, false};
    switch (byte) {
      case '"':
        token.kind = JsonKind::kString;
        token.end = pass_string(at, token.escaped);
        break;
      case 't':
        token.end = pass_word(at, "true");
        break;
      case 'f':
        token.end = pass_word(at, "false");
        break;
      case 'n':
        token.kind = JsonKind::kNull;
        token.end = pass_word(at, "null");
        break;
      default:
        if (byte != '-' && !is_digit(byte)) return fail(at, "a value was expected");
        token.kind = JsonKind::kNumber;
        token.end = pass_number(at);
    }
    if (!token.end) return nullptr;
    if (const char* what = tokens_.scalar(token)) return fail(token.end, what);
    return token.end;
  }

  const char* pass_word(const char* at, std::string_view word) {
    if (!Bytes(at, static_cast<std::size_t>(end_ - at)).starts_with(word)) return fail(at, "a value was expected");
    return at + word.size();
  }

  /// Behind one digit and more.
  [[gnu::always_inline]] const char* pass_digits(const char* at) {
    if (at == end_ || !is_digit(*at)) return fail(at, "a digit was expected");
    do ++at;
    while (at != end_ && is_digit(*at));
    return at;
  }

  [[gnu::always_inline]] const char* pass_number(const char* at) {
    if (*at == '-') ++at;
    if (byte_at(at) == '0') {
      ++at;
      if (at != end_ && is_digit(*at)) return fail(at, "a number begins with a zero");
    } else if (at = pass_digits(at); !at) {
      return nullptr;
    }
    if (at != end_ && *at == '.')
      if (at = pass_digits(at + 1); !at) return nullptr;
    if (at != end_ && (*at == 'e' || *at == 'E')) {
      ++at;
      if (at != end_ && (*at == '+' || *at == '-')) ++at;
      return pass_digits(at);
    }
    return at;
  }

  [[gnu::always_inline]] const char* pass_string(const char* at, bool& escaped) {
    ++at;
    while (true) {
      at = skip_plain(at, end_);
      if (at == end_) return fail(at, "a string does not end");
      if (*at == '"') return at + 1;
      if (*at == '\\') {
        escaped = true;
        at = pass_escape(at + 1);
        if (!at) return nullptr;
        continue;
      }
      const std::size_t length = utf8_sequence({at, static_cast<std::size_t>(end_ - at)});
      if (length == 0) return fail(at, "a string is not UTF-8");
      if (length == 1 && static_cast<unsigned char>(*at) < 0x20) return fail(at, "a control character in a string");
      at += length;
    }
  }

  const char* pass_escape(const char* at) {
    if (at == end_) return fail(at, "a string does not end");
    if (*at != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      if (kEscapes.find(*at) == std::string_view::npos) return fail(at, "an unknown escape in a string");
      return at + 1;
    }
    ++at;
    for (int i = 0; i < 4; ++i, ++at) {
      const char letter = at == end_ ? '\0' : static_cast<char>(*at | 0x20);
      if (at == end_ || !(is_digit(*at) || (letter >= 'a' && letter <= 'f')))
        return fail(at, "a hex digit was expected");
    }
    return at;
  }

  const char* begin_;
  const char* end_;
  const char* stopped_;  // where it ended
  const char* what_ = nullptr;
  std::size_t limit_;
  std::size_t depth_ = 0;
  std::size_t deepest_ = 0;
  bool blanks_ = false;
  bool object_ = false;  // is the innermost open container one
  Tokens& tokens_;
  std::bitset<kMaxJsonDepth> objects_;  // of the open containers, which are objects
};

}  // namespace causeway::json
