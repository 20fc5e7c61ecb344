// Numbers as JSON writes them, compared and added without losing a digit. Pure functions over number tokens (RFC 8259,
// 6), which are valid: thread safe, no allocation but for results. No function takes longer than its tokens are long,
// whatever their exponents say.
//
// A result is exact or an error. It is written canonically: no zeros behind its last digit (`19.90 + 0.10` is `20`),
// zero is `0`, and with all its zeros where that takes at most 40 digits; what is longer than that as `1.5e400`.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway {

/// By value, exactly, whatever the size: 1.0 equals 1, 1e400 is above 1e399, -0 equals 0.
std::strong_ordering compare_numbers(std::string_view left, std::string_view right);

/// Is it a whole number? `2.0`, `20e-1` and `1e400` are.
bool is_whole(std::string_view token);
/// The token as a whole number: `2.0` and `2e0` are 2. Empty when it is none, or does not fit.
std::optional<std::int64_t> whole_number(std::string_view token);
/// Is `value` a whole number of times `of`? `of` is not zero and has at most 39 significant digits. Exact.
bool is_multiple(std::string_view value, std::string_view of);
/// One text for all tokens of the same value, for whatever sorts or hashes numbers; not a JSON token.
void append_canonical(std::string& out, std::string_view token);

/// What arithmetic gives: a token, or why there is none.
struct Computed {
  std::string token;
  std::string error;  ///< not empty: such as `12345678901234567890123456789012345.6 + 0.01 needs more than 34 digits`
  bool ok() const { return error.empty(); }
};

/// Whole numbers exactly, to 128 bits (with sign); everything else exactly, to 34 significant digits (IEEE 754
/// decimal128's precision); beyond that an error that names the values. An operand of more than 39 significant digits,
/// or with an exponent of more than 18, is an error.
Computed add(std::string_view left, std::string_view right);
Computed subtract(std::string_view left, std::string_view right);
Computed multiply(std::string_view left, std::string_view right);
/// Exact where the quotient is a whole number within 128 bits or ends within 17 digits, else the nearest of 17, half to
/// even. By zero: an error.
Computed divide(std::string_view left, std::string_view right);
/// jq's %: both cut to whole numbers, the result has the sign of the left. By zero: an error; of whole numbers with
/// more than 39 digits too.
Computed modulo(std::string_view left, std::string_view right);
/// `-x`, its digits as they are; zero stays without sign.
std::string negate(std::string_view token);
/// The nearest double, ±infinity for what is beyond it.
double to_double(std::string_view token);
/// The shortest token that gives the double again; whole numbers below 1e17 exactly. Infinities are the
/// largest finite numbers and no number is `null`, as JSON has neither.
std::string to_token(double value);
/// Toward negative infinity; exact. What is whole already comes back as it is, without fraction where it has one.
std::string floor_of(std::string_view token);

}  // namespace causeway
