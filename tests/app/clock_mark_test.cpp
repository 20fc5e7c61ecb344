#include "app/clock_mark.h"

#include <gtest/gtest.h>

namespace causeway::app {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{milliseconds(1'800'000'000'000)};

ClockReading reading(milliseconds wall, Duration since_boot, std::string boot = "boot-1") {
  return {kNow + wall, hours(100) + since_boot, std::move(boot)};
}

ClockMark mark_at(const ClockReading& at) { return {at, at.wall}; }

const ClockReading kMarked = reading(milliseconds(0), seconds(0));

TEST(ClockMark, ASteadyClockStartsAtThePresent) {
  EXPECT_EQ(start_after(mark_at(kMarked), reading(minutes(7), minutes(7))), kNow + minutes(7));
}

TEST(ClockMark, AClockThatWasSetForthStartsAtThePresent) {
  EXPECT_EQ(start_after(mark_at(kMarked), reading(hours(3), minutes(7))), kNow + hours(3));
}

TEST(ClockMark, AClockThatWasSetBackStartsWhereItWouldBe) {
  EXPECT_EQ(start_after(mark_at(kMarked), reading(-hours(1), minutes(7))), kNow + minutes(7));
  EXPECT_EQ(start_after(mark_at(kMarked), reading(-milliseconds(1), seconds(0))), kNow);
}

TEST(ClockMark, InAnotherBootTheProcessMayHaveLivedOnForAnInterval) {
  EXPECT_EQ(start_after(mark_at(kMarked), reading(-hours(1), -hours(99), "boot-2")), kNow + kMarkInterval);
  EXPECT_EQ(start_after(mark_at(kMarked), reading(-hours(1), hours(99), "boot-2")), kNow + kMarkInterval);
  EXPECT_EQ(start_after(mark_at(kMarked), reading(hours(1), -hours(99), "boot-2")), kNow + hours(1));
}

TEST(ClockMark, AnUnknownBootIsAnotherOne) {
  const ClockReading unknown = reading(milliseconds(0), seconds(0), "");
  EXPECT_EQ(start_after(mark_at(unknown), reading(-hours(1), hours(5), "")), kNow + kMarkInterval);
}

TEST(ClockMark, ABootWhoseTimeWentBackIsAnotherOne) {
  EXPECT_EQ(start_after(mark_at(kMarked), reading(-hours(1), -seconds(1))), kNow + kMarkInterval);
}

TEST(ClockMark, RemembersHowLateItWasBeforeTheClockWasSetBackInTheRunningProcess) {
  const WallTime admitting = kNow + days(1);  // all the while
  ClockMark mark = mark_at(kMarked);
  mark = next_mark(mark, reading(seconds(1), seconds(1)), admitting);
  mark = next_mark(mark, reading(-hours(1) + seconds(2), seconds(2)), admitting);
  mark = next_mark(mark, reading(-hours(1) + seconds(3), seconds(3)), admitting);
  EXPECT_EQ(mark.latest, kNow + seconds(2));  // it may have been set at any time since the first
  EXPECT_EQ(start_after(mark, reading(-hours(1) + seconds(9), seconds(9))), kNow + seconds(2));
  EXPECT_EQ(start_after(mark, reading(seconds(9), hours(1) + seconds(9))), kNow + seconds(9));
}

TEST(ClockMark, ATimeInWhichNobodyWasAdmittedDoesNotCount) {
  const WallTime newest = kNow + seconds(59);
  ClockMark mark = next_mark(mark_at(kMarked), reading(days(20'000), seconds(1)), newest);
  mark = next_mark(mark, reading(seconds(2), seconds(2)), newest);
  EXPECT_EQ(mark.latest, newest);
}

TEST(ClockMark, AMarkOfAnotherYearIsNotBelievedWithoutASignature) {
  const ClockMark mark{reading(days(20'000), seconds(1)), kNow + seconds(30)};
  EXPECT_EQ(start_after(mark, reading(seconds(2), seconds(2))), kNow + seconds(30));
  const ClockMark proven{reading(days(20'000), seconds(1)), kNow + days(20'000)};
  EXPECT_EQ(start_after(proven, reading(seconds(2), seconds(2))), kNow + days(20'000) + seconds(1));
  const ClockMark hour{reading(hours(1), seconds(1)), kNow};
  EXPECT_EQ(start_after(hour, reading(seconds(2), seconds(2))), kNow + hours(1) + seconds(1));
}

TEST(ClockMark, NoticesAStep) {
  EXPECT_FALSE(has_stepped(kMarked, reading(seconds(1), seconds(1))));
  EXPECT_FALSE(has_stepped(kMarked, reading(seconds(1) + milliseconds(20), seconds(1))));
  EXPECT_TRUE(has_stepped(kMarked, reading(seconds(2), seconds(1))));
  EXPECT_TRUE(has_stepped(kMarked, reading(milliseconds(0), seconds(1))));
}

TEST(ClockMark, AnyYearCanBeCompared) {
  const auto year_9999 = days(2'900'000);
  EXPECT_EQ(stepped_by(kMarked, reading(year_9999 + seconds(1), seconds(1))), year_9999);
  EXPECT_EQ(stepped_by(reading(year_9999, seconds(0)), reading(seconds(1), seconds(1))), -year_9999);
  EXPECT_TRUE(has_stepped(kMarked, reading(year_9999, seconds(1))));
  EXPECT_EQ(start_after({reading(year_9999, seconds(0)), kNow}, reading(seconds(1), seconds(1))), kNow + seconds(1));
}

TEST(ClockMark, TheMachineSaysWhatTimeItIs) {
  const SystemMachineClock clock;
  const ClockReading first = clock.read();
  const ClockReading second = clock.read();
  EXPECT_FALSE(first.boot.empty());
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_GT(first.since_boot, Duration(0));
  EXPECT_LE(first.since_boot, second.since_boot);
}

}  // namespace
}  // namespace causeway::app
