// The digits of a number token and what can be done with up to 96 of them: internal to core, under decimal.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace causeway::decimal {

/// A token taken apart, nothing converted. Its value is 0.DIGITS times ten to the power of (point + exponent).
struct Token {
  explicit Token(std::string_view text);

  bool zero() const { return count == 0; }
  /// The significant digit at `index` (< count), first and last are not 0.
  char digit(std::size_t index) const {
    index += lead;
    return index < whole.size() ? whole[index] : fraction[index - whole.size()];
  }
  /// Of the exponent as written; empty when it has more than 18 digits.
  std::optional<std::int64_t> small_exponent() const;
  /// Where the point stands behind the first significant digit, the exponent included: 1 for `7`. Beyond ±1e19 cut.
  std::int64_t magnitude() const;
  /// Digits behind the point are all 0.
  bool is_whole() const { return zero() || magnitude() >= static_cast<std::int64_t>(count); }

  std::string_view text;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent;  ///< digits without sign and leading zeros
  bool negative = false;
  bool exponent_negative = false;
  std::size_t lead = 0;   ///< of the first significant digit, counted over whole and fraction
  std::size_t count = 0;  ///< of significant digits
  std::int64_t point = 0;
};

/// A natural number below 2^320: every sum, product and remainder that decimal.h allows fits with room to spare.
class Natural {
 public:
  Natural() = default;
  explicit Natural(std::uint32_t value) { words_[0] = value; }
  bool zero() const;
  void times_ten_plus(std::uint32_t digit);
  std::uint32_t divide_by_ten();  ///< gives the remainder
  void add(const Natural& other);
  void subtract(const Natural& other);  ///< `other` is not larger
  Natural times(const Natural& other) const;
  int compare(const Natural& other) const;
  bool odd() const { return (words_[0] & 1) != 0; }
  /// Takes `divisor` off as often as it goes, at most nine times.
  std::uint32_t reduce(const Natural& divisor);

 private:
  static constexpr std::size_t kWords = 10;
  std::array<std::uint32_t, kWords> words_{};
};

/// A value to calculate with: `digits` times ten to the power of `exponent`.
struct Scaled {
  Natural digits;
  std::int64_t exponent = 0;
  bool negative = false;

  /// Empty when it has too many digits or too long an exponent.
  static std::optional<Scaled> of(const Token& token);
  /// More zeros at the end: the exponent goes down to `exponent`.
  void scale_to(std::int64_t exponent);
};

/// A value to write down: the same with decimal digits.
struct Written {
  std::string digits;  ///< empty: zero
  std::int64_t exponent = 0;
  bool negative = false;

  static Written of(Scaled value);
  /// Of a token with a small exponent.
  static Written of(const Token& token);
  /// Zeros at the end go into the exponent.
  void strip();
  bool fits_128_bits() const;
  /// To `count` digits, half to even; `more`: something that is not zero follows behind the digits. Stripped.
  void round_to(std::size_t count, bool more);
};

/// As a token; with more than `most` digits, those of its zeros included, as `1.5e400`, but for up to six zeros behind
/// the point. `value` is stripped.
std::string to_text(const Written& value, std::int64_t most);

}  // namespace causeway::decimal
