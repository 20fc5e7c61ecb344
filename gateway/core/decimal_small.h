// Decimals as money has them, in one machine word: what arithmetic does with most numbers: internal to core. Pure
// functions over number tokens; no result where a number does not fit. Thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::decimal {

/// digits / 10^scale
struct Small {
  static constexpr std::int64_t kLimit = 1'000'000'000'000'000'000;  ///< its digits are below that: 18 of them
  std::int64_t digits = 0;
  std::int32_t scale = 0;

  /// Of a token without exponent and of at most 18 digits, zeros included.
  static std::optional<Small> of(std::string_view token);
};

std::optional<Small> sum(const Small& left, const Small& right);
std::optional<Small> product(const Small& left, const Small& right);

/// As to_text of decimal_digits.h writes the same number.
std::string to_text(Small value);

}  // namespace causeway::decimal
