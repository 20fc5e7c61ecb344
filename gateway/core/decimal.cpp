#include "core/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/decimal_digits.h"
#include "core/decimal_small.h"

namespace causeway {
namespace {

using decimal::Natural;
using decimal::Scaled;
using decimal::Small;
using decimal::Token;
using decimal::Written;

constexpr std::size_t kPrecision = 34;
constexpr std::size_t kQuotient = 17;
constexpr std::size_t kOperand = 39;
constexpr std::int64_t kWrittenOut = 40;

/// The difference of two exponents of any length, ±kFar when it is beyond that.
std::int64_t exponent_difference(const Token& left, const Token& right) {
  constexpr std::int64_t kFar = 10'000'000'000'000'000;
  const std::size_t size = std::max(left.exponent.size(), right.exponent.size());
  const auto digit = [size](const Token& token, std::size_t i) {
    const std::size_t missing = size - token.exponent.size();
    const int value = i < missing ? 0 : token.exponent[i - missing] - '0';
    return token.exponent_negative ? -value : value;
  };
  // Once it is beyond ±2, no further digit turns its sign.
  std::int64_t difference = 0;
  for (std::size_t i = 0; i < size; ++i)
    difference = std::clamp(difference * 10 + digit(left, i) - digit(right, i), -kFar, kFar);
  return difference;
}

/// Of two numbers that are not zero, without their signs.
std::strong_ordering compare_magnitudes(const Token& left, const Token& right) {
  const std::int64_t places = exponent_difference(left, right) + left.point - right.point;
  if (places != 0) return places <=> 0;
  const std::size_t count = std::max(left.count, right.count);
  for (std::size_t i = 0; i < count; ++i) {
    const char l = i < left.count ? left.digit(i) : '0';
    const char r = i < right.count ? right.digit(i) : '0';
    if (l != r) return l <=> r;
  }
  return std::strong_ordering::equal;
}

std::string shown(std::string_view token) {
  constexpr std::size_t kMost = 60;
  return token.size() <= kMost ? std::string(token) : std::string(token.substr(0, kMost - 3)) + "...";
}

Computed failed(std::string_view left, const char* sign, std::string_view right, const char* why) {
  return {{}, shown(left) + " " + sign + " " + shown(right) + why};
}

Computed too_precise(std::string_view left, const char* sign, std::string_view right) {
  return failed(left, sign, right, " needs more than 34 digits");
}

std::optional<std::string> exact(const Written& value) {
  if (value.digits.size() > kPrecision && !value.fits_128_bits()) return std::nullopt;
  return decimal::to_text(value, kWrittenOut);
}

/// Empty when the result is not exact.
std::optional<std::string> sum(const Token& left, const Token& right, bool subtract) {
  std::optional<Scaled> a = Scaled::of(left);
  std::optional<Scaled> b = Scaled::of(right);
  if (!a || !b) return std::nullopt;
  b->negative ^= subtract;
  if (a->digits.zero()) return exact(Written::of(*b));
  if (b->digits.zero()) return exact(Written::of(*a));
  const std::int64_t lowest = std::min(a->exponent, b->exponent);
  const std::int64_t highest = std::max(a->exponent + static_cast<std::int64_t>(left.count),
                                        b->exponent + static_cast<std::int64_t>(right.count));
  // Both ends of the sum are digits that are not 0, so that what is longer cannot be written anyway.
  if (highest - lowest > static_cast<std::int64_t>(2 * kOperand)) return std::nullopt;
  a->scale_to(lowest);
  b->scale_to(lowest);
  if (a->negative == b->negative) {
    a->digits.add(b->digits);
  } else {
    if (a->digits.compare(b->digits) < 0) std::swap(*a, *b);
    a->digits.subtract(b->digits);
  }
  return exact(Written::of(*a));
}

/// What stands before the point, empty when it has more digits than an operand may have.
std::optional<Natural> cut_to_whole(const Token& token) {
  Natural whole;
  if (token.zero() || token.magnitude() <= 0) return whole;
  if (token.magnitude() > static_cast<std::int64_t>(kOperand)) return std::nullopt;
  const auto size = static_cast<std::size_t>(token.magnitude());
  for (std::size_t i = 0; i < size; ++i)
    whole.times_ten_plus(i < token.count ? static_cast<std::uint32_t>(token.digit(i) - '0') : 0);
  return whole;
}

/// Adds to the exponent's digits, which are more than 18: |change| is below 10^18.
std::string changed_exponent(std::string_view digits, std::int64_t change) {
  constexpr std::int64_t kUnit = 1'000'000'000'000'000'000;
  const std::size_t split = digits.size() - 18;
  std::string high(digits.substr(0, split));
  std::int64_t low = 0;
  std::from_chars(digits.data() + split, digits.data() + digits.size(), low);
  low += change;
  const int carry = low < 0 ? -1 : static_cast<int>(low >= kUnit);
  low -= carry * kUnit;
  const char overflows = carry < 0 ? '0' : '9';
  if (carry != 0) {
    std::size_t at = high.find_last_not_of(overflows);
    for (std::size_t i = at == std::string::npos ? 0 : at + 1; i < high.size(); ++i) high[i] = carry < 0 ? '9' : '0';
    if (at == std::string::npos) high.insert(0, "1");
    else high[at] = static_cast<char>(high[at] + carry);
  }
  std::string text = std::to_string(low);
  text = high + std::string(18 - text.size(), '0') + text;
  return text.substr(text.find_first_not_of('0'));
}

}  // namespace

std::strong_ordering compare_numbers(std::string_view left, std::string_view right) {
  const Token a(left);
  const Token b(right);
  const int sign_a = a.zero() ? 0 : a.negative ? -1 : 1;
  const int sign_b = b.zero() ? 0 : b.negative ? -1 : 1;
  if (sign_a != sign_b || sign_a == 0) return sign_a <=> sign_b;
  return sign_a > 0 ? compare_magnitudes(a, b) : compare_magnitudes(b, a);
}

bool is_whole(std::string_view token) { return Token(token).is_whole(); }

std::optional<std::int64_t> whole_number(std::string_view text) {
  const Token token(text);
  if (token.zero()) return 0;
  if (!token.is_whole() || token.magnitude() > 19) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(token.magnitude()); ++i)
    value = value * 10 + (i < token.count ? static_cast<std::uint64_t>(token.digit(i) - '0') : 0);
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  if (value > kLargest + (token.negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(token.negative ? 0 - value : value);
}

bool is_multiple(std::string_view value, std::string_view of) {
  const Token dividend(value);
  const Token divisor(of);
  if (dividend.zero()) return true;
  Natural by;
  for (std::size_t i = 0; i < divisor.count; ++i) by.times_ten_plus(static_cast<std::uint32_t>(divisor.digit(i) - '0'));
  const std::int64_t zeros = exponent_difference(dividend, divisor) + dividend.point - divisor.point -
                             static_cast<std::int64_t>(dividend.count) + static_cast<std::int64_t>(divisor.count);
  if (zeros < 0) return false;  // the dividend's last digit is not 0
  Natural rest;
  for (std::size_t i = 0; i < dividend.count; ++i) {
    rest.times_ten_plus(static_cast<std::uint32_t>(dividend.digit(i) - '0'));
    rest.reduce(by);
  }
  // More zeros than the divisor can have factors 2 or 5 change nothing.
  for (std::int64_t i = 0; i < std::min<std::int64_t>(zeros, 130) && !rest.zero(); ++i) {
    rest.times_ten_plus(0);
    rest.reduce(by);
  }
  return rest.zero();
}

void append_canonical(std::string& out, std::string_view text) {
  const Token token(text);
  if (token.zero()) {
    out.push_back('0');
    return;
  }
  if (token.negative) out.push_back('-');
  for (std::size_t i = 0; i < token.count; ++i) out.push_back(token.digit(i));
  out.push_back('e');
  if (token.small_exponent()) {
    out.append(std::to_string(token.magnitude()));
  } else {
    if (token.exponent_negative) out.push_back('-');
    out.append(changed_exponent(token.exponent, token.exponent_negative ? -token.point : token.point));
  }
}

Computed add(std::string_view left, std::string_view right) {
  const auto a = Small::of(left);
  const auto b = Small::of(right);
  if (const auto small = a && b ? decimal::sum(*a, *b) : std::nullopt) return {decimal::to_text(*small), {}};
  std::optional<std::string> token = sum(Token(left), Token(right), false);
  return token ? Computed{std::move(*token), {}} : too_precise(left, "+", right);
}

Computed subtract(std::string_view left, std::string_view right) {
  const auto a = Small::of(left);
  const auto b = Small::of(right);
  if (const auto small = a && b ? decimal::sum(*a, {-b->digits, b->scale}) : std::nullopt)
    return {decimal::to_text(*small), {}};
  std::optional<std::string> token = sum(Token(left), Token(right), true);
  return token ? Computed{std::move(*token), {}} : too_precise(left, "-", right);
}

Computed multiply(std::string_view left, std::string_view right) {
  const auto small_a = Small::of(left);
  const auto small_b = Small::of(right);
  if (const auto small = small_a && small_b ? decimal::product(*small_a, *small_b) : std::nullopt)
    return {decimal::to_text(*small), {}};
  const std::optional<Scaled> a = Scaled::of(Token(left));
  const std::optional<Scaled> b = Scaled::of(Token(right));
  if (!a || !b) return too_precise(left, "*", right);
  Scaled product{a->digits.times(b->digits), a->exponent + b->exponent, a->negative != b->negative};
  std::optional<std::string> token = exact(Written::of(product));
  return token ? Computed{std::move(*token), {}} : too_precise(left, "*", right);
}

Computed divide(std::string_view left, std::string_view right) {
  const Token dividend(left);
  const Token divisor(right);
  if (divisor.zero()) return failed(left, "/", right, ": the divisor is zero");
  const std::optional<Scaled> a = Scaled::of(dividend);
  const std::optional<Scaled> b = Scaled::of(divisor);
  if (!a || !b) return too_precise(left, "/", right);
  Written quotient{{}, a->exponent - b->exponent, a->negative != b->negative};
  Natural rest;
  for (std::size_t i = 0; i < dividend.count || (!rest.zero() && quotient.digits.size() <= kOperand); ++i) {
    rest.times_ten_plus(i < dividend.count ? static_cast<std::uint32_t>(dividend.digit(i) - '0') : 0);
    if (i >= dividend.count) --quotient.exponent;
    const std::uint32_t digit = rest.reduce(b->digits);
    if (digit != 0 || !quotient.digits.empty()) quotient.digits.push_back(static_cast<char>('0' + digit));
  }
  Written whole = quotient;
  whole.strip();
  if (!rest.zero() || !whole.fits_128_bits()) quotient.round_to(kQuotient, !rest.zero());
  else quotient = std::move(whole);
  return {decimal::to_text(quotient, kWrittenOut), {}};
}

Computed modulo(std::string_view left, std::string_view right) {
  const Token dividend(left);
  const std::optional<Natural> a = cut_to_whole(dividend);
  const std::optional<Natural> b = cut_to_whole(Token(right));
  if (!a || !b) return failed(left, "%", right, " needs more than 39 digits");
  if (b->zero()) return failed(left, "%", right, ": the divisor is zero");
  const std::string digits = Written::of({*a, 0, false}).digits;
  const std::size_t zeros =
      dividend.zero() || dividend.magnitude() <= 0 ? 0 : static_cast<std::size_t>(dividend.magnitude()) - digits.size();
  Natural rest;
  for (std::size_t i = 0; i < digits.size() + zeros; ++i) {
    rest.times_ten_plus(i < digits.size() ? static_cast<std::uint32_t>(digits[i] - '0') : 0);
    rest.reduce(*b);
  }
  return {decimal::to_text(Written::of({rest, 0, dividend.negative}), kWrittenOut), {}};
}

std::string negate(std::string_view token) {
  const bool negative = token.starts_with('-');
  if (negative) token.remove_prefix(1);
  return negative || Token(token).zero() ? std::string(token) : '-' + std::string(token);
}

double to_double(std::string_view text) {
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) return value;
  const Token token(text);
  value = token.zero() || token.magnitude() < 0 ? 0 : std::numeric_limits<double>::infinity();
  return token.negative ? -value : value;
}

std::string to_token(double value) {
  constexpr std::int64_t kWholeDigits = 17;
  if (std::isnan(value)) return "null";
  constexpr double kLargest = std::numeric_limits<double>::max();
  value = std::clamp(value, -kLargest, kLargest);
  if (std::abs(value) < 1e17 && value == std::trunc(value)) return std::to_string(static_cast<std::int64_t>(value));
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const Token token(std::string_view(buffer, static_cast<std::size_t>(end - buffer)));
  return decimal::to_text(Written::of(token), kWholeDigits);
}

std::string floor_of(std::string_view text) {
  const Token token(text);
  if (token.is_whole()) {
    if (token.fraction.empty()) return std::string(text);
    if (!token.small_exponent()) return std::string(text);
    return decimal::to_text(Written::of(token), kWrittenOut);
  }
  // Not whole: all digits before the point are significant ones.
  std::string whole;
  for (std::int64_t i = 0; i < token.magnitude(); ++i) whole.push_back(token.digit(static_cast<std::size_t>(i)));
  if (!token.negative) return whole.empty() ? "0" : whole;
  const std::size_t last = whole.find_last_not_of('9');
  std::fill(whole.begin() + (last == std::string::npos ? 0 : static_cast<std::ptrdiff_t>(last) + 1), whole.end(), '0');
  if (last == std::string::npos) whole.insert(0, "1");
  else ++whole[last];
  return '-' + whole;
}

}  // namespace causeway
