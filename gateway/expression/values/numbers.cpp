#include "expression/values/numbers.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/decimal.h"

namespace causeway::expression {
namespace {

using Tag = Value::Tag;

/// Steps that arithmetic takes where it goes by digits.
constexpr std::uint64_t kDecimal = 4;
/// Looking at so many digits is no work of its own.
constexpr std::size_t kShort = 32;

bool special(const Value& number) {
  return number.tag() == Tag::kNan || number.tag() == Tag::kInfinite || number.tag() == Tag::kMinusInfinite;
}

/// The value as an integer where it is written as one.
bool small(const Value& number, std::int64_t& out) {
  if (number.tag() == Tag::kInteger) {
    out = number.as_integer();
    return true;
  }
  if (special(number)) return false;
  char scratch[24];
  const std::string_view digits = number.digits(scratch);
  const bool minus = digits[0] == '-';
  if (digits.size() > 18) return false;
  std::int64_t value = 0;
  for (std::size_t i = minus ? 1 : 0; i < digits.size(); ++i) {
    if (digits[i] < '0' || digits[i] > '9') return false;
    value = value * 10 + (digits[i] - '0');
  }
  out = minus ? -value : value;
  return true;
}

/// Takes so many steps more than other operators do.
constexpr std::uint64_t kDivision = 36;

bool compute_small(Arithmetic operation, std::int64_t left, std::int64_t right, std::int64_t& out) {
  switch (operation) {
    case Arithmetic::kAdd:
      return !__builtin_add_overflow(left, right, &out);
    case Arithmetic::kSubtract:
      return !__builtin_sub_overflow(left, right, &out);
    case Arithmetic::kMultiply:
      return !__builtin_mul_overflow(left, right, &out);
    case Arithmetic::kDivide:
      if (right == 0 || right == -1 || left % right != 0) return false;
      out = left / right;
      return true;
    case Arithmetic::kModulo:
      if (right == 0 || right == -1) return false;
      out = left % right;
      return true;
  }
  return false;
}

Value compute_special(Resources& resources, Arithmetic operation, const Value& left, const Value& right) {
  const double a = to_double(left);
  const double b = to_double(right);
  switch (operation) {
    case Arithmetic::kAdd:
      return from_double(resources, a + b);
    case Arithmetic::kSubtract:
      return from_double(resources, a - b);
    case Arithmetic::kMultiply:
      return from_double(resources, a * b);
    case Arithmetic::kDivide:
      return from_double(resources, a / b);
    case Arithmetic::kModulo:
      break;
  }
  if (std::isnan(a) || std::isnan(b)) return Value::special(Tag::kNan);
  const std::int64_t whole_left = to_integer(left);
  const std::int64_t whole_right = to_integer(right);
  // As jq has it, whose integers end there: the magnitude of the divisor counts, and the sign of the left.
  const std::uint64_t divisor = whole_right < 0 ? 0 - static_cast<std::uint64_t>(whole_right) : whole_right;
  const std::uint64_t magnitude = whole_left < 0 ? 0 - static_cast<std::uint64_t>(whole_left) : whole_left;
  if (divisor == 0) return Value::special(Tag::kNan);
  const auto rest = static_cast<std::int64_t>(magnitude % divisor);
  return Value::integer(whole_left < 0 ? -rest : rest);
}

}  // namespace

bool spend_digits(Resources& resources, const Value& number) {
  if (number.tag() == Tag::kInteger || special(number)) return true;
  char scratch[24];
  const std::size_t size = number.digits(scratch).size();
  return size <= kShort || resources.spend(size);
}

bool is_nan(const Value& number) { return number.tag() == Tag::kNan; }

std::strong_ordering order_numbers(const Value& left, const Value& right) {
  std::int64_t a = 0;
  std::int64_t b = 0;
  if (small(left, a) && small(right, b)) return a <=> b;
  if (is_nan(left) && is_nan(right)) return std::strong_ordering::equal;
  if (is_nan(left)) return std::strong_ordering::less;
  if (is_nan(right)) return std::strong_ordering::greater;
  if (special(left) || special(right)) {
    const auto rank = [](const Value& value) {
      return value.tag() == Tag::kInfinite ? 1 : value.tag() == Tag::kMinusInfinite ? -1 : 0;
    };
    return rank(left) <=> rank(right);
  }
  char left_scratch[24];
  char right_scratch[24];
  return compare_numbers(left.digits(left_scratch), right.digits(right_scratch));
}

std::optional<std::string> compute(Resources& resources, Arithmetic operation, const Value& left, const Value& right,
                                   Value& out) {
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t result = 0;
  if (small(left, a) && small(right, b) && compute_small(operation, a, b, result)) {
    out = Value::integer(result);
    return std::nullopt;
  }
  if (special(left) || special(right)) {
    out = compute_special(resources, operation, left, right);
    return std::nullopt;
  }
  char left_scratch[24];
  char right_scratch[24];
  const std::string_view first = left.digits(left_scratch);
  const std::string_view second = right.digits(right_scratch);
  resources.spend(kDecimal + (first.size() + second.size()) / 4);
  Computed computed;
  switch (operation) {
    case Arithmetic::kAdd:
      computed = add(first, second);
      break;
    case Arithmetic::kSubtract:
      computed = subtract(first, second);
      break;
    case Arithmetic::kMultiply:
      computed = multiply(first, second);
      break;
    case Arithmetic::kDivide:
      resources.spend(kDivision);
      computed = divide(first, second);
      break;
    case Arithmetic::kModulo:
      computed = modulo(first, second);
      break;
  }
  if (!computed.ok()) return std::move(computed.error);
  out = copy_number(resources, computed.token);
  return std::nullopt;
}

Value negated(Resources& resources, const Value& number) {
  std::int64_t value = 0;
  switch (number.tag()) {
    case Tag::kNan:
      return number;
    case Tag::kInfinite:
      return Value::special(Tag::kMinusInfinite);
    case Tag::kMinusInfinite:
      return Value::special(Tag::kInfinite);
    default:
      break;
  }
  if (small(number, value) && value != std::numeric_limits<std::int64_t>::min()) return Value::integer(-value);
  char scratch[24];
  spend_digits(resources, number);
  return copy_number(resources, negate(number.digits(scratch)));
}

bool is_zero(const Value& number) {
  return !special(number) && order_numbers(number, Value::integer(0)) == std::strong_ordering::equal;
}

bool is_negative(const Value& number) { return !is_nan(number) && order_numbers(number, Value::integer(0)) < 0; }

double to_double(const Value& number) {
  switch (number.tag()) {
    case Tag::kNan:
      return std::numeric_limits<double>::quiet_NaN();
    case Tag::kInfinite:
      return std::numeric_limits<double>::infinity();
    case Tag::kMinusInfinite:
      return -std::numeric_limits<double>::infinity();
    case Tag::kInteger:
      return static_cast<double>(number.as_integer());
    default:
      break;
  }
  char scratch[24];
  return causeway::to_double(number.digits(scratch));
}

Value from_double(Resources& resources, double value) {
  if (std::isnan(value)) return Value::special(Tag::kNan);
  if (std::isinf(value)) return Value::special(value > 0 ? Tag::kInfinite : Tag::kMinusInfinite);
  return copy_number(resources, to_token(value));
}

std::int64_t to_integer(const Value& number) {
  std::int64_t whole = 0;
  if (small(number, whole)) return whole;
  const double value = to_double(number);
  if (std::isnan(value)) return 0;
  if (value >= 9.2233720368547758e18) return std::numeric_limits<std::int64_t>::max();
  if (value <= -9.2233720368547758e18) return std::numeric_limits<std::int64_t>::min();
  if (!special(number)) {
    char scratch[24];
    if (const auto exact = whole_number(number.digits(scratch))) return *exact;
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t to_floor(const Value& number) {
  const std::int64_t cut = to_integer(number);
  if (number.tag() == Tag::kInteger || special(number) || cut == std::numeric_limits<std::int64_t>::min()) return cut;
  return order_numbers(number, Value::integer(cut)) < 0 ? cut - 1 : cut;
}

std::optional<Value> parse_number(Resources& resources, std::string_view text) {
  if (text == "nan" || text == "NaN" || text == "-nan" || text == "-NaN") return Value::special(Tag::kNan);
  if (text == "Infinity" || text == "infinity" || text == "+Infinity") return Value::special(Tag::kInfinite);
  if (text == "-Infinity" || text == "-infinity") return Value::special(Tag::kMinusInfinite);
  std::string token;
  if (text.starts_with('-')) token = "-";
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto digits = [&text] {
    const std::size_t count =
        static_cast<std::size_t>(std::ranges::find_if(text, [](char c) { return c < '0' || c > '9'; }) - text.begin());
    const std::string_view found = text.substr(0, count);
    text.remove_prefix(count);
    return found;
  };
  const std::string_view whole = digits();
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = digits();
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  token += whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
  if (token.empty() || token == "-") token += '0';
  if (!fraction.empty()) (token += '.') += fraction;
  if (text.starts_with('e') || text.starts_with('E')) {
    token += text[0];
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) {
      token += text[0];
      text.remove_prefix(1);
    }
    const std::string_view exponent = digits();
    if (exponent.empty()) return std::nullopt;
    token += exponent;
  }
  if (!text.empty()) return std::nullopt;
  return copy_number(resources, token);
}

}  // namespace causeway::expression
