#include <gtest/gtest.h>

#include "security/oauth/numeric_date.h"

namespace causeway::security {
namespace {

std::int64_t milliseconds(std::string_view number) {
  const auto date = parse_numeric_date(number);
  return date ? unix_milliseconds(*date) : -1;
}

TEST(NumericDate, ReadsEveryWayToWriteANumber) {
  EXPECT_EQ(milliseconds("0"), 0);
  EXPECT_EQ(milliseconds("1300819380"), 1'300'819'380'000);
  EXPECT_EQ(milliseconds("1300819380.5"), 1'300'819'380'500);
  EXPECT_EQ(milliseconds("1300819380.0019999999999999999999"), 1'300'819'380'001);
  EXPECT_EQ(milliseconds("1.30081938e9"), 1'300'819'380'000);
  EXPECT_EQ(milliseconds("1.30081938E+09"), 1'300'819'380'000);
  EXPECT_EQ(milliseconds("13008193800000e-4"), 1'300'819'380'000);
  EXPECT_EQ(milliseconds("0.00000000000013e22"), 1'300'000'000'000);
  EXPECT_EQ(milliseconds("1e-400"), 0);
  EXPECT_EQ(milliseconds("0e999999999999999999999"), 0);
}

TEST(NumericDate, RefusesWhatIsNoDateOfThisEra) {
  EXPECT_EQ(milliseconds("253402300799"), 253'402'300'799'000);
  for (const std::string_view number : {"253402300800", "1e400", "1e999999999999999999999", "-1", "-1e400",
                                        "123456789012345678901234567890", "1300819380e9223372036854775807"})
    EXPECT_EQ(milliseconds(number), -1) << number;
}

}  // namespace
}  // namespace causeway::security
