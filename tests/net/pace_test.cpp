#include "net/pace.h"

#include <gtest/gtest.h>

namespace causeway::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{std::chrono::hours(3)};
constexpr PaceRules kRules{seconds(60), ByteSize{1000}, seconds(5)};

Duration allowed(const PaceRules& rules, std::uint64_t moved) { return pace_deadline(rules, kStart, moved) - kStart; }

TEST(Pace, TheGraceComesFirst) {
  EXPECT_EQ(allowed(kRules, 0), seconds(5));
  EXPECT_EQ(allowed(kRules, 1), seconds(5));
  EXPECT_EQ(allowed(kRules, 5000), seconds(5));
}

TEST(Pace, AfterItEveryByteEarnsItsTime) {
  EXPECT_EQ(allowed(kRules, 5001), milliseconds(5001));
  EXPECT_EQ(allowed(kRules, 30000), seconds(30));
  EXPECT_EQ(allowed(kRules, 59999), milliseconds(59999));
}

TEST(Pace, NothingEarnsMoreThanTheTotal) {
  EXPECT_EQ(allowed(kRules, 60000), seconds(60));
  EXPECT_EQ(allowed(kRules, 60001), seconds(60));
  EXPECT_EQ(allowed(kRules, UINT64_MAX), seconds(60));
}

TEST(Pace, WithoutAMinimumRateOnlyTheTotalCounts) {
  EXPECT_EQ(allowed({seconds(60), ByteSize{0}, seconds(5)}, 0), seconds(60));
  EXPECT_EQ(allowed({seconds(60), ByteSize{0}, seconds(5)}, UINT64_MAX), seconds(60));
}

TEST(Pace, ATotalShorterThanTheGraceWins) {
  EXPECT_EQ(allowed({seconds(2), ByteSize{1000}, seconds(5)}, 0), seconds(2));
  EXPECT_EQ(allowed({seconds(2), ByteSize{1000}, seconds(5)}, 1 << 20), seconds(2));
}

TEST(Pace, AHugeRateEarnsNothingBeyondTheGrace) {
  EXPECT_EQ(allowed({seconds(60), ByteSize{UINT64_MAX}, seconds(5)}, 1u << 30), seconds(5));
}

}  // namespace
}  // namespace causeway::net
