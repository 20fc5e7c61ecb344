// Arithmetic on values that are numbers: exact (core/decimal.h), with infinities and nan as IEEE 754 has them. Internal
// to expression.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "expression/values/value.h"

namespace causeway::expression {

enum class Arithmetic : std::uint8_t { kAdd, kSubtract, kMultiply, kDivide, kModulo };

/// For work that looks at all digits of a number. False once the run has to end.
bool spend_digits(Resources& resources, const Value& number);
bool is_nan(const Value& number);
/// As jq sorts: nan is less than every other number. (The operators see to it that it equals nothing.)
std::strong_ordering order_numbers(const Value& left, const Value& right);
/// The result in `out`; what is wrong otherwise. A divisor of zero is the caller's to see.
std::optional<std::string> compute(Resources& resources, Arithmetic operation, const Value& left, const Value& right,
                                   Value& out);
Value negated(Resources& resources, const Value& number);
bool is_zero(const Value& number);
bool is_negative(const Value& number);
double to_double(const Value& number);
Value from_double(Resources& resources, double value);
/// Cut toward zero, at the limits of the type for what is beyond; nan is 0.
std::int64_t to_integer(const Value& number);
/// Toward negative infinity.
std::int64_t to_floor(const Value& number);
/// The number that a text writes as jq's tonumber takes it (`+1.5`, `.5`, `nan`), with its digits; empty when it is
/// none.
std::optional<Value> parse_number(Resources& resources, std::string_view text);

}  // namespace causeway::expression
