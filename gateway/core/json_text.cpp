#include "core/json_text.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string>

namespace causeway {
namespace {

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// The first byte from `at` on that is not plain ASCII text inside a string: a quote, a backslash, a control, UTF-8.
const char* skip_plain(const char* at, const char* end) {
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

class Checker {
 public:
  Checker(Bytes text, std::size_t depth)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), limit_(std::min(depth, kMaxJsonDepth)) {}

  // Null when the text is one value; else what is wrong at offset().
  const char* check() {
    Next next = Next::kValue;
    while (true) {
      skip_blanks();
      const char byte = at_ == end_ ? '\0' : *at_;
      switch (next) {
        case Next::kFirstItem:
          if (byte == ']') {
            next = close();
            break;
          }
          [[fallthrough]];
        case Next::kValue:
          if (byte == '{' || byte == '[') {
            if (depth_ == limit_) return "nested too deep";
            objects_[depth_++] = byte == '{';
            ++at_;
            next = byte == '{' ? Next::kFirstKey : Next::kFirstItem;
            break;
          }
          if (const char* what = check_scalar(byte)) return what;
          next = Next::kAfterValue;
          break;
        case Next::kFirstKey:
          if (byte == '}') {
            next = close();
            break;
          }
          [[fallthrough]];
        case Next::kKey:
          if (byte != '"') return "a key was expected";
          if (const char* what = check_string()) return what;
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
            next = close();
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

  Next close() {
    ++at_;
    --depth_;
    return Next::kAfterValue;
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
  std::bitset<kMaxJsonDepth> objects_;  // of the open containers, which are objects
};

}  // namespace

std::optional<JsonProblem> check_json(Bytes text, std::size_t depth) {
  Checker checker(text, depth);
  if (const char* what = checker.check()) return JsonProblem{checker.offset(), what};
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

template <class String>
void append_json_string(String& out, Bytes text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  out.push_back('"');
  while (true) {
    const char* const stop = skip_plain(at, end);
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
