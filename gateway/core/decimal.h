// Numbers as JSON writes them, compared and added without losing a digit. Pure functions over number tokens (RFC 8259,
// 6), which are valid: thread safe, no allocation but for results.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway {

/// By value, exactly, whatever the size: 1.0 equals 1, 1e400 is above 1e399, -0 equals 0.
std::strong_ordering compare_numbers(std::string_view left, std::string_view right);

/// The token as a whole number: `2.0` and `2e0` are 2. Empty when it is none, or does not fit.
std::optional<std::int64_t> whole_number(std::string_view token);

/// What arithmetic gives: a token, or why there is none.
struct Computed {
  std::string token;
  std::string error;  ///< not empty: such as `12345678901234567890123456789012345.6 + 0.01 needs more than 34 digits`
  bool ok() const { return error.empty(); }
};

/// Whole numbers exactly, to 128 bits; decimals exactly, to 34 significant digits (IEEE 754 decimal128's precision);
/// beyond that an error that names the values.
Computed add(std::string_view left, std::string_view right);
Computed subtract(std::string_view left, std::string_view right);
Computed multiply(std::string_view left, std::string_view right);
/// Exact where the quotient ends within 17 digits, else the nearest of 17. By zero: an error.
Computed divide(std::string_view left, std::string_view right);
/// jq's %: both cut to whole numbers, the result has the sign of the left. By zero: an error.
Computed modulo(std::string_view left, std::string_view right);
/// `-x`.
std::string negate(std::string_view token);
/// The nearest double, ±infinity for what is beyond it.
double to_double(std::string_view token);
/// The shortest token that gives the double again; whole numbers without exponent below 1e17.
std::string to_token(double value);
/// Toward negative infinity; exact.
std::string floor_of(std::string_view token);

}  // namespace causeway
