// The grammar of JSON (RFC 8259), once for all that read it: internal to core. One pass, no recursion, no allocation;
// who wants more than a verdict has the tokens told.
#pragma once

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

#include "core/json_text.h"

namespace causeway::json {

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// The first byte from `at` on that is not plain ASCII text inside a string: a quote, a backslash, a control, UTF-8.
inline const char* skip_plain(const char* at, const char* end) {
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

/// What reads along. Each function may refuse by saying what is wrong.
struct IgnoreTokens {
  const char* open(const char*) { return nullptr; }                 ///< a bracket or brace
  const char* close(const char*) { return nullptr; }                ///< behind its counterpart
  const char* scalar(const char*, const char*) { return nullptr; }  ///< from first byte to behind the last
  const char* name(const char*, const char*) { return nullptr; }    ///< of a member, with its quotes
};

template <class Tokens>
class Grammar {
 public:
  Grammar(Bytes text, std::size_t depth, Tokens& tokens)
      : begin_(text.data()),
        at_(begin_),
        end_(begin_ + text.size()),
        limit_(std::min(depth, kMaxJsonDepth)),
        tokens_(tokens) {}

  /// Null when the text is one value; else what is wrong at offset().
  const char* check() {
    Next next = Next::kValue;
    const char* begin = nullptr;
    while (true) {
      skip_blanks();
      const char byte = at_ == end_ ? '\0' : *at_;
      switch (next) {
        case Next::kFirstItem:
          if (byte == ']') {
            if (const char* what = close()) return what;
            next = Next::kAfterValue;
            break;
          }
          [[fallthrough]];
        case Next::kValue:
          if (byte == '{' || byte == '[') {
            if (depth_ == limit_) return "nested too deep";
            if (const char* what = tokens_.open(at_)) return what;
            objects_[depth_++] = byte == '{';
            ++at_;
            next = byte == '{' ? Next::kFirstKey : Next::kFirstItem;
            break;
          }
          begin = at_;
          if (const char* what = check_scalar(byte)) return what;
          if (const char* what = tokens_.scalar(begin, at_)) return what;
          next = Next::kAfterValue;
          break;
        case Next::kFirstKey:
          if (byte == '}') {
            if (const char* what = close()) return what;
            next = Next::kAfterValue;
            break;
          }
          [[fallthrough]];
        case Next::kKey:
          if (byte != '"') return "a key was expected";
          begin = at_;
          if (const char* what = check_string()) return what;
          if (const char* what = tokens_.name(begin, at_)) return what;
          skip_blanks();
          if (at_ == end_ || *at_ != ':') return "a colon was expected";
          ++at_;
          next = Next::kValue;
          break;
        case Next::kAfterValue:
          if (depth_ == 0) return at_ == end_ ? nullptr : "text after the value";
          if (byte == ',') {
            ++at_;
            next = objects_[depth_ - 1] ? Next::kKey : Next::kValue;
          } else if (byte == (objects_[depth_ - 1] ? '}' : ']')) {
            if (const char* what = close()) return what;
          } else {
            return objects_[depth_ - 1] ? "a comma or } was expected" : "a comma or ] was expected";
          }
          break;
      }
    }
  }

  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  enum class Next : std::uint8_t { kValue, kFirstItem, kFirstKey, kKey, kAfterValue };

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  const char* close() {
    ++at_;
    --depth_;
    return tokens_.close(at_);
  }

  const char* check_scalar(char byte) {
    switch (byte) {
      case '"':
        return check_string();
      case 't':
        return check_word("true");
      case 'f':
        return check_word("false");
      case 'n':
        return check_word("null");
      default:
        return byte == '-' || is_digit(byte) ? check_number() : "a value was expected";
    }
  }

  const char* check_word(std::string_view word) {
    if (Bytes(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) return "a value was expected";
    at_ += word.size();
    return nullptr;
  }

  bool skip_digits() {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  }

  const char* check_number() {
    if (*at_ == '-') ++at_;
    const bool zero = at_ != end_ && *at_ == '0';
    if (zero) {
      ++at_;
      if (at_ != end_ && is_digit(*at_)) return "a number begins with a zero";
    } else if (!skip_digits()) {
      return "a digit was expected";
    }
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!skip_digits()) return "a digit was expected";
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!skip_digits()) return "a digit was expected";
    }
    return nullptr;
  }

  const char* check_string() {
    ++at_;
    while (true) {
      at_ = skip_plain(at_, end_);
      if (at_ == end_) return "a string does not end";
      if (*at_ == '"') {
        ++at_;
        return nullptr;
      }
      if (*at_ == '\\') {
        if (const char* what = check_escape()) return what;
        continue;
      }
      const std::size_t length = utf8_sequence({at_, static_cast<std::size_t>(end_ - at_)});
      if (length == 0) return "a string is not UTF-8";
      if (length == 1 && static_cast<unsigned char>(*at_) < 0x20) return "a control character in a string";
      at_ += length;
    }
  }

  const char* check_escape() {
    ++at_;
    if (at_ == end_) return "a string does not end";
    if (*at_ != 'u') {
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      if (kEscapes.find(*at_) == std::string_view::npos) return "an unknown escape in a string";
      ++at_;
      return nullptr;
    }
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char letter = at_ == end_ ? '\0' : static_cast<char>(*at_ | 0x20);
      if (at_ == end_ || !(is_digit(*at_) || (letter >= 'a' && letter <= 'f'))) return "a hex digit was expected";
    }
    return nullptr;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t limit_;
  std::size_t depth_ = 0;
  Tokens& tokens_;
  std::bitset<kMaxJsonDepth> objects_;  // of the open containers, which are objects
};

}  // namespace causeway::json
