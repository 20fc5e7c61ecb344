#include "core/http_date.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway {
namespace {

std::string text(std::int64_t milliseconds) {
  return std::string(HttpDate(WallTime(std::chrono::milliseconds(milliseconds))).text());
}

TEST(HttpDate, WritesTheExampleOfTheRfc) { EXPECT_EQ(text(784111777'000), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(HttpDate, KnowsTheDayOfTheWeek) {
  EXPECT_EQ(text(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(text(951'782'400'000), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(text(1'709'210'096'000), "Thu, 29 Feb 2024 12:34:56 GMT");
  EXPECT_EQ(text(1'804'204'800'000), "Fri, 05 Mar 2027 00:00:00 GMT");
  EXPECT_EQ(text(4'107'542'399'000), "Sun, 28 Feb 2100 23:59:59 GMT");
  EXPECT_EQ(text(4'107'542'400'000), "Mon, 01 Mar 2100 00:00:00 GMT");
}

TEST(HttpDate, RoundsDownToTheSecond) {
  EXPECT_EQ(text(999), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(text(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(HttpDate, ReachesTheYear9999) { EXPECT_EQ(text(253'402'300'799'000), "Fri, 31 Dec 9999 23:59:59 GMT"); }

}  // namespace
}  // namespace causeway
