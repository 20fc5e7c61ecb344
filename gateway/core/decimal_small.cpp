#include "core/decimal_small.h"

#include <array>
#include <charconv>

namespace causeway::decimal {
namespace {

constexpr std::int32_t kMostDigits = 18;
__extension__ using Wide = __int128;

constexpr std::array<std::int64_t, kMostDigits + 1> kPowers = [] {
  std::array<std::int64_t, kMostDigits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

std::optional<Small> small(Wide digits, std::int32_t scale) {
  if (digits <= -Small::kLimit || digits >= Small::kLimit) return std::nullopt;
  return Small{static_cast<std::int64_t>(digits), scale};
}

}  // namespace

std::optional<Small> Small::of(std::string_view token) {
  const bool negative = token.starts_with('-');
  if (negative) token.remove_prefix(1);
  if (token.size() > kMostDigits + 1) return std::nullopt;
  std::uint64_t digits = 0;  // 19 of them fit
  std::size_t behind_point = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char byte = token[i];
    if (byte >= '0' && byte <= '9') digits = digits * 10 + static_cast<std::uint64_t>(byte - '0');
    else if (byte == '.') behind_point = i + 1;
    else return std::nullopt;
  }
  const std::size_t scale = behind_point == 0 ? 0 : token.size() - behind_point;
  if (digits >= static_cast<std::uint64_t>(kLimit)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(digits);
  return Small{negative ? -value : value, static_cast<std::int32_t>(scale)};
}

std::optional<Small> sum(const Small& left, const Small& right) {
  if (left.scale < right.scale) return sum(right, left);
  // The scales are at most 18, and the digits below 10^18.
  return small(Wide{left.digits} + Wide{right.digits} * kPowers.data()[left.scale - right.scale], left.scale);
}

std::optional<Small> product(const Small& left, const Small& right) {
  const std::int32_t scale = left.scale + right.scale;
  return scale > kMostDigits ? std::nullopt : small(Wide{left.digits} * right.digits, scale);
}

std::string to_text(Small value) {
  while (value.scale > 0 && value.digits % 10 == 0) {
    value.digits /= 10;
    --value.scale;
  }
  const bool negative = value.digits < 0;
  std::int64_t rest = negative ? -value.digits : value.digits;
  std::array<char, kMostDigits + 3> text;  // a sign, a zero and a point more
  char* const end = text.data() + text.size();
  char* at = end;
  for (std::int32_t i = 0; rest > 0 || i <= value.scale; ++i) {
    if (i == value.scale && i > 0) *--at = '.';
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (negative) *--at = '-';
  return {at, static_cast<std::size_t>(end - at)};
}

}  // namespace causeway::decimal
