#include "net/date.h"

#include <gtest/gtest.h>

namespace causeway::net {
namespace {

TEST(HttpDate, ReadsTheFixedForm) {
  const WallTime time{std::chrono::seconds(784111777)};
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), time);
  EXPECT_EQ(HttpDate(time).text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"), WallTime{std::chrono::seconds(1709251199)});
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT ",
        "Wed, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(DateCache, ChangesWithTheSecond) {
  DateCache cache;
  const WallTime time{std::chrono::seconds(784111777)};
  EXPECT_EQ(cache.text(time), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.text(time + std::chrono::milliseconds(999)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.text(time + std::chrono::milliseconds(1000)), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(cache.text(time - std::chrono::seconds(1)), "Sun, 06 Nov 1994 08:49:36 GMT");
}

}  // namespace
}  // namespace causeway::net
