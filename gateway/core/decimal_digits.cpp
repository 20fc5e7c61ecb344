#include "core/decimal_digits.h"

#include <algorithm>

namespace causeway::decimal {
namespace {

constexpr std::size_t kMostDigits = 39;  // of an operand: 2^128 has as many
constexpr std::size_t kExponentDigits = 18;
constexpr std::int64_t kFewZeros = 7;  // behind the point are written out whatever follows

std::string_view take_digits(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') ++size;
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

}  // namespace

Token::Token(std::string_view token) : text(token) {
  negative = token.starts_with('-');
  if (negative) token.remove_prefix(1);
  whole = take_digits(token);
  if (token.starts_with('.')) {
    token.remove_prefix(1);
    fraction = take_digits(token);
  }
  if (!token.empty()) {
    token.remove_prefix(1);
    exponent_negative = token.starts_with('-');
    if (exponent_negative || token.starts_with('+')) token.remove_prefix(1);
    exponent = token.substr(std::min(token.size(), token.find_first_not_of('0')));
  }
  const std::size_t first = whole.find_first_not_of('0');
  const std::size_t first_behind = first == std::string_view::npos ? fraction.find_first_not_of('0') : 0;
  if (first_behind == std::string_view::npos) {
    negative = false;
    return;
  }
  lead = first != std::string_view::npos ? first : whole.size() + first_behind;
  const std::size_t last_behind = fraction.find_last_not_of('0');
  const std::size_t last =
      last_behind != std::string_view::npos ? whole.size() + last_behind : whole.find_last_not_of('0');
  count = last + 1 - lead;
  point = static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(lead);
}

std::optional<std::int64_t> Token::small_exponent() const {
  if (exponent.size() > kExponentDigits) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : exponent) value = value * 10 + (digit - '0');
  return exponent_negative ? -value : value;
}

std::int64_t Token::magnitude() const {
  constexpr std::int64_t kBeyond = 4'000'000'000'000'000'000;
  const std::optional<std::int64_t> small = small_exponent();
  if (!small) return exponent_negative ? -kBeyond : kBeyond;
  return point + *small;
}

bool Natural::zero() const {
  return std::all_of(words_.begin(), words_.end(), [](std::uint32_t word) { return word == 0; });
}

void Natural::times_ten_plus(std::uint32_t digit) {
  std::uint64_t carry = digit;
  for (std::uint32_t& word : words_) {
    carry += std::uint64_t{word} * 10;
    word = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

std::uint32_t Natural::divide_by_ten() {
  std::uint64_t rest = 0;
  for (std::size_t i = kWords; i-- > 0;) {
    rest = rest << 32 | words_[i];
    words_[i] = static_cast<std::uint32_t>(rest / 10);
    rest %= 10;
  }
  return static_cast<std::uint32_t>(rest);
}

void Natural::add(const Natural& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    carry += std::uint64_t{words_[i]} + other.words_[i];
    words_[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
}

void Natural::subtract(const Natural& other) {
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    borrow += std::int64_t{words_[i]} - std::int64_t{other.words_[i]};
    words_[i] = static_cast<std::uint32_t>(borrow);
    borrow >>= 32;
  }
}

Natural Natural::times(const Natural& other) const {
  Natural product;
  for (std::size_t i = 0; i < kWords; ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; i + j < kWords; ++j) {
      carry += std::uint64_t{words_[i]} * other.words_[j] + product.words_[i + j];
      product.words_[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  return product;
}

int Natural::compare(const Natural& other) const {
  for (std::size_t i = kWords; i-- > 0;)
    if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
  return 0;
}

std::uint32_t Natural::reduce(const Natural& divisor) {
  std::uint32_t times = 0;
  for (; compare(divisor) >= 0; ++times) subtract(divisor);
  return times;
}

std::optional<Scaled> Scaled::of(const Token& token) {
  Scaled scaled;
  if (token.zero()) return scaled;
  const std::optional<std::int64_t> exponent = token.small_exponent();
  if (!exponent || token.count > kMostDigits) return std::nullopt;
  for (std::size_t i = 0; i < token.count; ++i)
    scaled.digits.times_ten_plus(static_cast<std::uint32_t>(token.digit(i) - '0'));
  scaled.exponent = token.point + *exponent - static_cast<std::int64_t>(token.count);
  scaled.negative = token.negative;
  return scaled;
}

void Scaled::scale_to(std::int64_t lower) {
  for (; exponent > lower; --exponent) digits.times_ten_plus(0);
}

Written Written::of(Scaled value) {
  Written written{{}, value.exponent, value.negative};
  while (!value.digits.zero()) written.digits.push_back(static_cast<char>('0' + value.digits.divide_by_ten()));
  std::reverse(written.digits.begin(), written.digits.end());
  written.strip();
  return written;
}

Written Written::of(const Token& token) {
  if (token.zero()) return {};
  Written written{{}, token.magnitude() - static_cast<std::int64_t>(token.count), token.negative};
  written.digits.reserve(token.count);
  for (std::size_t i = 0; i < token.count; ++i) written.digits.push_back(token.digit(i));
  return written;
}

void Written::strip() {
  const std::size_t kept = digits.find_last_not_of('0') + 1;
  exponent += static_cast<std::int64_t>(digits.size() - kept);
  digits.resize(kept);
  if (digits.empty()) *this = Written();
}

bool Written::fits_128_bits() const {
  const std::string_view bound =
      negative ? "170141183460469231731687303715884105728" : "170141183460469231731687303715884105727";
  const auto most = static_cast<std::int64_t>(bound.size());
  if (exponent < 0 || exponent > most) return false;
  const std::string whole = digits + std::string(static_cast<std::size_t>(exponent), '0');
  return whole.size() < bound.size() || (whole.size() == bound.size() && whole <= bound);
}

void Written::round_to(std::size_t count, bool more) {
  if (digits.size() > count) {
    const std::string_view rest = std::string_view(digits).substr(count);
    const bool above = rest[0] > '5' || (rest[0] == '5' && (more || rest.find_first_not_of('0', 1) < rest.size()));
    const bool half = rest[0] == '5' && !above;
    const bool up = above || (half && (digits[count - 1] - '0') % 2 == 1);
    exponent += static_cast<std::int64_t>(rest.size());
    digits.resize(count);
    if (up) {
      const std::size_t last = digits.find_last_not_of('9');
      if (last == std::string::npos) {
        digits = "1";
        exponent += static_cast<std::int64_t>(count);
      } else {
        exponent += static_cast<std::int64_t>(digits.size() - last - 1);
        digits.resize(last + 1);
        ++digits[last];
      }
    }
  }
  strip();
}

std::string to_text(const Written& value, std::int64_t most) {
  const std::string_view digits = value.digits;
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t point = count + value.exponent;  // how many digits stand before the point
  if (count == 0) return "0";
  std::string out = value.negative ? "-" : "";
  if (value.exponent >= 0 && point <= most) {
    out.append(digits).append(static_cast<std::size_t>(value.exponent), '0');
  } else if (value.exponent < 0 && point > 0 && count <= most) {
    const auto before = static_cast<std::size_t>(point);
    out.append(digits.substr(0, before)).append(".").append(digits.substr(before));
  } else if (point <= 0 && (count - point < most || -point < kFewZeros)) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out.append(digits.substr(0, 1));
    if (count > 1) out.append(".").append(digits.substr(1));
    out.append("e").append(std::to_string(point - 1));
  }
  return out;
}

}  // namespace causeway::decimal
