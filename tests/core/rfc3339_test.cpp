#include "core/rfc3339.h"

#include <gtest/gtest.h>

namespace causeway {
namespace {

TEST(Rfc3339, IsReadToTheMillisecond) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2018-04-05T03:56:24Z"), 1522900584000);
  EXPECT_EQ(parse_rfc3339("2018-04-05t03:56:24.5z"), 1522900584500);
  EXPECT_EQ(parse_rfc3339("2018-04-05T05:56:24.123999+02:00"), 1522900584123);
  EXPECT_EQ(parse_rfc3339("2018-04-04T22:26:24-05:30"), 1522900584000);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.999Z"), -1);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), 1483228800000);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), 1709164800000);
}

TEST(Rfc3339, RefusesWhatIsNoDateTime) {
  for (const char* text :
       {"", "2018-04-05", "2018-04-05T03:56:24", "2018-04-05 03:56:24Z", "2018-04-05T03:56Z", "2018-13-05T03:56:24Z",
        "2023-02-29T00:00:00Z", "2018-04-05T24:00:00Z", "2018-04-05T03:60:00Z", "2018-04-05T03:56:61Z",
        "2018-04-05T03:56:24.Z", "2018-04-05T03:56:24+2:00", "2018-04-05T03:56:24+24:00", "2018-04-05T03:56:24Zx",
        "+018-04-05T03:56:24Z"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

}  // namespace
}  // namespace causeway
