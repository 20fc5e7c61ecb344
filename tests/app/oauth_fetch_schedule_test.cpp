#include "app/oauth/fetch_schedule.h"

#include <gtest/gtest.h>

namespace causeway::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const SteadyTime kStart{std::chrono::hours(1)};

TEST(FetchSchedule, TheFirstFetchIsDueAtOnceAndOnlyOnce) {
  FetchSchedule schedule{minutes(10)};
  EXPECT_TRUE(schedule.is_due(kStart));
  schedule.began();
  EXPECT_TRUE(schedule.in_flight());
  EXPECT_FALSE(schedule.is_due(kStart + std::chrono::hours(24)));
  schedule.hurry(kStart);
  EXPECT_FALSE(schedule.is_due(kStart));
}

TEST(FetchSchedule, AfterASuccessTheNextIsDueWithinATenthOfThePeriod) {
  FetchSchedule schedule{minutes(10)};
  schedule.succeeded(kStart, 0);
  EXPECT_EQ(schedule.due(), kStart + minutes(10));
  schedule.succeeded(kStart, 0.5);
  EXPECT_EQ(schedule.due(), kStart + seconds(570));
  EXPECT_FALSE(schedule.is_due(kStart + seconds(569)));
  EXPECT_TRUE(schedule.is_due(kStart + seconds(570)));
}

TEST(FetchSchedule, FailuresAreRetriedMoreAndMoreSlowlyUpToAMinute) {
  FetchSchedule schedule{minutes(10)};
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    schedule.began();
    schedule.failed(kStart, 0);
    EXPECT_EQ(schedule.due(), kStart + seconds(wait));
  }
  schedule.succeeded(kStart, 0);
  schedule.failed(kStart, 0);
  EXPECT_EQ(schedule.due(), kStart + seconds(1)) << "a success forgets them";
}

TEST(FetchSchedule, ARetryIsNeverLaterThanThePeriod) {
  FetchSchedule schedule{milliseconds(100)};
  schedule.failed(kStart, 0);
  EXPECT_EQ(schedule.due(), kStart + milliseconds(100));
}

TEST(FetchSchedule, AnUnknownKeyHurriesIt) {
  FetchSchedule schedule{minutes(10)};
  schedule.succeeded(kStart, 0);
  schedule.hurry(kStart + seconds(5));
  EXPECT_TRUE(schedule.is_due(kStart + seconds(5)));
}

TEST(FetchSchedule, AShorterPeriodCountsFromNow) {
  FetchSchedule schedule{minutes(10)};
  schedule.succeeded(kStart, 0);
  schedule.change(minutes(1), kStart + seconds(5));
  EXPECT_EQ(schedule.due(), kStart + seconds(65));
  schedule.change(minutes(30), kStart + seconds(10));
  EXPECT_EQ(schedule.due(), kStart + seconds(65)) << "what is due sooner stays";
  schedule.succeeded(kStart + seconds(65), 0);
  EXPECT_EQ(schedule.due(), kStart + seconds(65) + minutes(30));
}

}  // namespace
}  // namespace causeway::app
