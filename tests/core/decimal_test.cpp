#include "core/decimal.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace causeway {
namespace {

/// `<`, `=` or `>`.
char order(std::string_view left, std::string_view right) {
  const auto forth = compare_numbers(left, right);
  const auto back = compare_numbers(right, left);
  EXPECT_EQ(forth<0, back> 0) << left << " " << right;
  EXPECT_EQ(forth == 0, back == 0) << left << " " << right;
  std::string one;
  std::string other;
  append_canonical(one, left);
  append_canonical(other, right);
  EXPECT_EQ(one == other, forth == 0) << left << " " << right << " " << one << " " << other;
  return forth < 0 ? '<' : forth > 0 ? '>' : '=';
}

std::string told(const Computed& computed) { return computed.ok() ? computed.token : "! " + computed.error; }
std::string sum(std::string_view l, std::string_view r) { return told(add(l, r)); }
std::string difference(std::string_view l, std::string_view r) { return told(subtract(l, r)); }
std::string product(std::string_view l, std::string_view r) { return told(multiply(l, r)); }
std::string quotient(std::string_view l, std::string_view r) { return told(divide(l, r)); }
std::string rest(std::string_view l, std::string_view r) { return told(modulo(l, r)); }

constexpr std::string_view kLargest = "170141183460469231731687303715884105727";
constexpr std::string_view kSmallest = "-170141183460469231731687303715884105728";

TEST(Decimal, ComparesByValue) {
  EXPECT_EQ(order("1", "1.0"), '=');
  EXPECT_EQ(order("1", "10e-1"), '=');
  EXPECT_EQ(order("1", "0.001E+3"), '=');
  EXPECT_EQ(order("-0", "0.000e5"), '=');
  EXPECT_EQ(order("0", "0e99999999999999999999"), '=');
  EXPECT_EQ(order("-0.0", "1e-999999999999"), '<');
  EXPECT_EQ(order("19.90", "19.9"), '=');
  EXPECT_EQ(order("19.90", "19.899999999999999999999999999999999"), '>');
  EXPECT_EQ(order("4781320682406083640", "4781320682406083641"), '<');
  EXPECT_EQ(order("9007199254740993", "9007199254740992"), '>');
  EXPECT_EQ(order("100", "99"), '>');
  EXPECT_EQ(order("-100", "-99"), '<');
  EXPECT_EQ(order("-1", "1"), '<');
  EXPECT_EQ(order("123", "1230e-1"), '=');
  EXPECT_EQ(order("0.1", "0.10000000000000000000000000000000000000001"), '<');
}

TEST(Decimal, ExponentsOfAnySizeAreCompared) {
  EXPECT_EQ(order("1e400", "1e401"), '<');
  EXPECT_EQ(order("10e400", "1e401"), '=');
  EXPECT_EQ(order("1e999999999999", "1e999999999998"), '>');
  EXPECT_EQ(order("1e-999999999999", "1e-999999999998"), '<');
  EXPECT_EQ(order("-1e999999999999", "1e-999999999999"), '<');
  EXPECT_EQ(order("1e99999999999999999999999999", "1e100000000000000000000000000"), '<');
  EXPECT_EQ(order("10e99999999999999999999999999", "1e100000000000000000000000000"), '=');
  EXPECT_EQ(order("0.1e1000000000000000000", "1e999999999999999999"), '=');
  EXPECT_EQ(order("10e999999999999999999", "1e1000000000000000000"), '=');
  EXPECT_EQ(order("0.01e-999999999999999999", "1e-1000000000000000001"), '=');
  EXPECT_EQ(order("1e-99999999999999999999999999", "1e99999999999999999999999999"), '<');
  EXPECT_EQ(order("1e-99999999999999999999999999", "10e-100000000000000000000000000"), '=');
  EXPECT_EQ(order("2e99999999999999999999999999", "19e99999999999999999999999998"), '>');
  EXPECT_EQ(order("1e0000000000000000000000000001", "10"), '=');
  const std::string nines(100'000, '9');
  EXPECT_EQ(order("1e" + nines, "2e" + nines), '<');
  EXPECT_EQ(order("1e" + nines, "1e1" + std::string(100'000, '0')), '<');
  EXPECT_EQ(order("10e" + nines, "1e1" + std::string(100'000, '0')), '=');
}

TEST(Decimal, WholeNumbersAreRecognised) {
  EXPECT_EQ(whole_number("2.0"), 2);
  EXPECT_EQ(whole_number("2e0"), 2);
  EXPECT_EQ(whole_number("20e-1"), 2);
  EXPECT_EQ(whole_number("-1.5e1"), -15);
  EXPECT_EQ(whole_number("-0"), 0);
  EXPECT_EQ(whole_number("0e999999999999999999999"), 0);
  EXPECT_EQ(whole_number("2.5"), std::nullopt);
  EXPECT_EQ(whole_number("1e-1"), std::nullopt);
  EXPECT_EQ(whole_number("9223372036854775807"), 9223372036854775807);
  EXPECT_EQ(whole_number("9223372036854775808"), std::nullopt);
  EXPECT_EQ(whole_number("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(whole_number("-9223372036854775809"), std::nullopt);
  EXPECT_EQ(whole_number("9999999999999999999"), std::nullopt);
  EXPECT_EQ(whole_number("1e19"), std::nullopt);
  EXPECT_EQ(whole_number("1e18"), 1'000'000'000'000'000'000);
  EXPECT_EQ(whole_number("1e999999999999999999999"), std::nullopt);
  EXPECT_TRUE(is_whole("1e999999999999999999999"));
  EXPECT_FALSE(is_whole("1e-999999999999999999999"));
  EXPECT_FALSE(is_whole("0.5"));
  EXPECT_TRUE(is_whole("123.000"));
}

TEST(Decimal, MultiplesAreExact) {
  EXPECT_TRUE(is_multiple("19.99", "0.01"));
  EXPECT_FALSE(is_multiple("19.995", "0.01"));
  EXPECT_TRUE(is_multiple("0.3", "0.1"));
  EXPECT_TRUE(is_multiple("-4.5", "1.5"));
  EXPECT_TRUE(is_multiple("0", "7"));
  EXPECT_TRUE(is_multiple("1e400", "0.01"));
  EXPECT_FALSE(is_multiple("1e400", "3"));
  EXPECT_TRUE(is_multiple("3e999999999999", "0.003"));
  EXPECT_FALSE(is_multiple("1e-999999999999", "1"));
  EXPECT_TRUE(is_multiple("1e999999999999999999999", "1e999999999999999999998"));
  EXPECT_TRUE(is_multiple("1e308", "0.123456789e-20") == false);
  EXPECT_TRUE(is_multiple("9007199254740993", "3"));
  EXPECT_FALSE(is_multiple("9007199254740993", "2"));
  EXPECT_TRUE(is_multiple("12391239123e8", "1e-8"));
  EXPECT_TRUE(is_multiple("1e130", "1361129467683753853853498429727072845824"));  // 2^130
  EXPECT_FALSE(is_multiple("1e129", "1361129467683753853853498429727072845824"));
}

TEST(Decimal, SumsAreExact) {
  EXPECT_EQ(sum("0.1", "0.2"), "0.3");
  EXPECT_EQ(sum("19.90", "0.10"), "20");
  EXPECT_EQ(sum("19.90", "0.05"), "19.95");
  EXPECT_EQ(sum("4781320682406083640", "1"), "4781320682406083641");
  EXPECT_EQ(sum("9007199254740993", "0"), "9007199254740993");
  EXPECT_EQ(sum("1", "-1.0"), "0");
  EXPECT_EQ(sum("-0.0", "0"), "0");
  EXPECT_EQ(sum("1e400", "0.0"), "1e400");
  EXPECT_EQ(sum("1e400", "1e400"), "2e400");
  EXPECT_EQ(sum("1.50", "0"), "1.5");
  EXPECT_EQ(difference("0.3", "0.1"), "0.2");
  EXPECT_EQ(difference("1", "3"), "-2");
  EXPECT_EQ(difference("0", "3.10"), "-3.1");
  EXPECT_EQ(difference("1e-7", "0"), "0.0000001");
  EXPECT_EQ(difference("1000000000000000000000000000000.001", "0.001"), "1000000000000000000000000000000");
}

TEST(Decimal, WholeNumbersGoTo128Bits) {
  EXPECT_EQ(sum("170141183460469231731687303715884105726", "1"), kLargest);
  EXPECT_EQ(sum(kLargest, "1"), "! 170141183460469231731687303715884105727 + 1 needs more than 34 digits");
  EXPECT_EQ(difference(kSmallest, "0"), kSmallest);
  EXPECT_EQ(difference(kSmallest, "1"), "! -170141183460469231731687303715884105728 - 1 needs more than 34 digits");
  EXPECT_EQ(product("13043817825332782212", "13043817825332782212"), "170141183460469231722567801800623612944");
  EXPECT_EQ(product("-9223372036854775808", "18446744073709551616"), kSmallest);
  EXPECT_EQ(product("9223372036854775808", "18446744073709551616"),
            "! 9223372036854775808 * 18446744073709551616 needs more than 34 digits");
  EXPECT_EQ(sum("99999999999999999999999999999999999999", "0"), "99999999999999999999999999999999999999");
}

TEST(Decimal, DecimalsGoTo34Digits) {
  EXPECT_EQ(sum("123456789012345678901234567890123.4", "0.5"), "123456789012345678901234567890123.9");
  EXPECT_EQ(sum("12345678901234567890123456789012345.6", "0.01"),
            "! 12345678901234567890123456789012345.6 + 0.01 needs more than 34 digits");
  EXPECT_EQ(sum("1e400", "1"), "! 1e400 + 1 needs more than 34 digits");
  EXPECT_EQ(sum("1e999999999999", "1e-999999999999"), "! 1e999999999999 + 1e-999999999999 needs more than 34 digits");
  EXPECT_EQ(product("1.1", "1.10"), "1.21");
  EXPECT_EQ(product("19.99", "3"), "59.97");
  EXPECT_EQ(product("1e400", "1e400"), "1e800");
  EXPECT_EQ(product("0", "1e999999999999"), "0");
  EXPECT_EQ(product("-0.5", "2"), "-1");
  EXPECT_EQ(product("0.00000000000000000000000005", "2"), "0.0000000000000000000000001");
  EXPECT_EQ(product("1.23456789e-50", "1"), "1.23456789e-50");
  EXPECT_EQ(product("1.000000000000000001", "1.000000000000000001"),
            "! 1.000000000000000001 * 1.000000000000000001 needs more than 34 digits");
  EXPECT_EQ(product("1" + std::string(100, '1'), "1"),
            "! " + std::string(57, '1') + "... * 1 needs more than 34 digits");
  EXPECT_EQ(product("1e9999999999999999999", "1"), "! 1e9999999999999999999 * 1 needs more than 34 digits");
}

TEST(Decimal, QuotientsHave17Digits) {
  EXPECT_EQ(quotient("1", "4"), "0.25");
  EXPECT_EQ(quotient("10", "5"), "2");
  EXPECT_EQ(quotient("1", "3"), "0.33333333333333333");
  EXPECT_EQ(quotient("2", "3"), "0.66666666666666667");
  EXPECT_EQ(quotient("-2", "3"), "-0.66666666666666667");
  EXPECT_EQ(quotient("1", "1024"), "0.0009765625");
  EXPECT_EQ(quotient("19.90", "2"), "9.95");
  EXPECT_EQ(quotient("4781320682406083640", "2"), "2390660341203041820");
  EXPECT_EQ(quotient("4781320682406083641", "2"), "2390660341203041800");
  EXPECT_EQ(quotient(kSmallest, "1"), kSmallest);
  EXPECT_EQ(quotient("1", "1073741824"), "0.00000000093132257461547852");  // …5478515625, ends after 21 digits
  EXPECT_EQ(quotient("0", "7"), "0");
  EXPECT_EQ(quotient("-0", "7"), "0");
  EXPECT_EQ(quotient("1e400", "1e399"), "10");
  EXPECT_EQ(quotient("1e400", "3"), "3.3333333333333333e399");
  EXPECT_EQ(quotient("1e999999999999", "1e-999999999999"), "1e1999999999998");
  EXPECT_EQ(quotient("100000000000000005", "10"), "10000000000000000");  // half to even
  EXPECT_EQ(quotient("100000000000000015", "10"), "10000000000000002");
  EXPECT_EQ(quotient("999999999999999995", "10"), "100000000000000000");  // carried through
  EXPECT_EQ(quotient("1", "0"), "! 1 / 0: the divisor is zero");
  EXPECT_EQ(quotient("1", "-0.0e5"), "! 1 / -0.0e5: the divisor is zero");
}

TEST(Decimal, RemaindersAreOfWholeNumbers) {
  EXPECT_EQ(rest("7", "3"), "1");
  EXPECT_EQ(rest("-7", "3"), "-1");
  EXPECT_EQ(rest("7", "-3"), "1");
  EXPECT_EQ(rest("7.9", "3.9"), "1");
  EXPECT_EQ(rest("4781320682406083640", "1000"), "640");
  EXPECT_EQ(rest("12e2", "700"), "500");
  EXPECT_EQ(rest("-6", "3"), "0");
  EXPECT_EQ(rest("0.5", "3"), "0");
  EXPECT_EQ(rest("5", "1e20"), "5");
  EXPECT_EQ(rest("5", "0.5"), "! 5 % 0.5: the divisor is zero");
  EXPECT_EQ(rest("1e400", "3"), "! 1e400 % 3 needs more than 39 digits");
  EXPECT_EQ(rest("100", "100"), "0");
}

TEST(Decimal, NegationKeepsTheDigits) {
  EXPECT_EQ(negate("19.90"), "-19.90");
  EXPECT_EQ(negate("-19.90"), "19.90");
  EXPECT_EQ(negate("0.0"), "0.0");
  EXPECT_EQ(negate("-0"), "0");
  EXPECT_EQ(negate("1e400"), "-1e400");
}

TEST(Decimal, FloorIsExact) {
  EXPECT_EQ(floor_of("1.5"), "1");
  EXPECT_EQ(floor_of("-1.5"), "-2");
  EXPECT_EQ(floor_of("-0.5"), "-1");
  EXPECT_EQ(floor_of("0.5"), "0");
  EXPECT_EQ(floor_of("-99.01"), "-100");
  EXPECT_EQ(floor_of("-199.01"), "-200");
  EXPECT_EQ(floor_of("2.0"), "2");
  EXPECT_EQ(floor_of("-0.0"), "0");
  EXPECT_EQ(floor_of("1.55e1"), "15");
  EXPECT_EQ(floor_of("1.5e1"), "15");
  EXPECT_EQ(floor_of("1e-999999999999"), "0");
  EXPECT_EQ(floor_of("-1e-999999999999"), "-1");
  EXPECT_EQ(floor_of("1e999999999999"), "1e999999999999");
  EXPECT_EQ(floor_of("123456789012345678901234567890123456789012345.5"),
            "123456789012345678901234567890123456789012345");
}

TEST(Decimal, DoublesComeAndGo) {
  EXPECT_EQ(to_double("19.90"), 19.9);
  EXPECT_EQ(to_double("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double("1e-400"), 0);
  EXPECT_TRUE(std::signbit(to_double("-1e-400")));
  EXPECT_EQ(to_double("1e99999999999999999999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double("1e-99999999999999999999"), 0);
  EXPECT_EQ(to_double("0e99999999999999999999"), 0);
  EXPECT_EQ(to_double("5e-324"), 5e-324);
  EXPECT_EQ(to_token(0.1), "0.1");
  EXPECT_EQ(to_token(-0.0), "0");
  EXPECT_EQ(to_token(99999999999999984.0), "99999999999999984");
  EXPECT_EQ(to_token(1e17), "1e17");
  EXPECT_EQ(to_token(-1.5e300), "-1.5e300");
  EXPECT_EQ(to_token(0.12345678901234566), "0.12345678901234566");
  EXPECT_EQ(to_token(1e-7), "0.0000001");
  EXPECT_EQ(to_token(1e-30), "1e-30");
  EXPECT_EQ(to_token(std::numeric_limits<double>::infinity()), "1.7976931348623157e308");
  EXPECT_EQ(to_token(-std::numeric_limits<double>::infinity()), "-1.7976931348623157e308");
  EXPECT_EQ(to_token(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(Decimal, EveryDoubleComesBack) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value) || value == 0) continue;
    EXPECT_EQ(to_double(to_token(value)), value) << to_token(value);
  }
}

std::string text_of(__int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  auto left = negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string text;
  for (; left != 0; left /= 10) text.insert(0, 1, static_cast<char>('0' + static_cast<int>(left % 10)));
  return (negative ? "-" : "") + text;
}

// The same digits with a point in them and zeros around them.
TEST(Decimal, AgreesWithTheMachineOnWholeNumbers) {
  std::mt19937_64 random(3);
  const auto number = [&] { return static_cast<__int128>(static_cast<std::int64_t>(random())) >> (random() % 60); };
  for (int i = 0; i < 20'000; ++i) {
    const __int128 l = number();
    const __int128 r = number();
    const std::string left = text_of(l) + ".0e0";
    const std::string right = text_of(r) + "0e-1";
    EXPECT_EQ(sum(left, right), text_of(l + r));
    EXPECT_EQ(difference(left, right), text_of(l - r));
    EXPECT_EQ(product(left, right), text_of(l * r));
    EXPECT_EQ(order(left, right), l < r ? '<' : l > r ? '>' : '=');
    EXPECT_EQ(whole_number(left), static_cast<std::int64_t>(l));
    if (r == 0) continue;
    EXPECT_EQ(rest(left, right), text_of(l % r));
    EXPECT_EQ(quotient(text_of(l * r), right), text_of(l));
    if (r > 0) EXPECT_EQ(is_multiple(left, right), l % r == 0);
  }
}

// Numbers of few digits have a way of their own, which those with an exponent do not take.
TEST(Decimal, AgreesOnFewDigitsWithAndWithoutExponent) {
  std::mt19937_64 random(3);
  const auto number = [&] {
    std::string digits = std::to_string(random() % 10'000'000'000'000'000'000u).substr(0, 1 + random() % 19);
    if (random() % 3 == 0) digits = std::string(digits.size(), random() % 2 == 0 ? '9' : '0');
    std::string text = random() % 2 == 0 ? "" : "-";
    const std::size_t point = random() % (digits.size() + 1);
    const std::string whole = point == 0 ? "0" : digits.substr(0, point);
    text += whole[0] == '0' && whole.size() > 1 ? "0" : whole;
    return point == digits.size() ? text : text + "." + digits.substr(point);
  };
  for (int round = 0; round < 100'000; ++round) {
    const std::string left = number();
    const std::string right = number();
    const auto check = [&](const Computed& few, const Computed& any) {
      ASSERT_EQ(few.ok(), any.ok()) << left << " " << right;
      if (few.ok()) ASSERT_EQ(few.token, any.token) << left << " " << right;
    };
    check(add(left, right), add(left + "e0", right + "e0"));
    check(subtract(left, right), subtract(left + "e0", right + "e0"));
    check(multiply(left, right), multiply(left + "e0", right + "e0"));
  }
}

TEST(Decimal, NothingHangsOrGrows) {
  const std::string digits(1'000'000, '7');
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(order(digits, digits + ".1"), '<');
  EXPECT_FALSE(add(digits, "1").ok());
  EXPECT_FALSE(is_multiple(digits, "2"));
  EXPECT_TRUE(is_multiple(digits, "7"));
  EXPECT_EQ(sum("1e-" + digits, "1").substr(0, 2), "! ");
  EXPECT_EQ(to_double(digits), std::numeric_limits<double>::infinity());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace causeway
