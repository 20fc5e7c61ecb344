#include "security/oauth/numeric_date.h"

#include <cstdint>

namespace causeway::security {
namespace {

constexpr std::int64_t kMostMilliseconds = 253'402'300'799'999;  // of the year 9999
constexpr std::int64_t kMostPlaces = 1'000'000;                  // stands for any larger exponent

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits of a number token and where its decimal point is among them once the exponent has moved it.
struct Digits {
  std::string_view whole;
  std::string_view fraction;
  std::int64_t point = 0;

  explicit Digits(std::string_view token) {
    std::size_t at = 0;
    while (at < token.size() && is_digit(token[at])) ++at;
    whole = token.substr(0, at);
    if (at < token.size() && token[at] == '.') {
      const std::size_t begin = ++at;
      while (at < token.size() && is_digit(token[at])) ++at;
      fraction = token.substr(begin, at - begin);
    }
    point = static_cast<std::int64_t>(whole.size()) + exponent(token.substr(at));
  }

  std::size_t size() const { return whole.size() + fraction.size(); }
  char operator[](std::size_t index) const {
    return index < whole.size() ? whole[index] : fraction[index - whole.size()];
  }

 private:
  static std::int64_t exponent(std::string_view text) {
    if (text.empty()) return 0;
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    for (const char digit : text) {
      value = value * 10 + (digit - '0');
      if (value > kMostPlaces) value = kMostPlaces;
    }
    return negative ? -value : value;
  }
};

}  // namespace

std::optional<WallTime> parse_numeric_date(std::string_view number) {
  if (number.starts_with('-')) return std::nullopt;
  const Digits digits(number);
  const std::int64_t wanted = digits.point + 3;  // digits that make up the milliseconds
  std::int64_t milliseconds = 0;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (index >= digits.size() && milliseconds == 0) break;
    milliseconds = milliseconds * 10 + (index < digits.size() ? digits[index] - '0' : 0);
    if (milliseconds > kMostMilliseconds) return std::nullopt;
  }
  return WallTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace causeway::security
