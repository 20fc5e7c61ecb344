#include "events/relay/lane_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace causeway::events {
namespace {

TEST(LaneWindow, LowFollowsWhatHasNoneBeforeIt) {
  LaneWindow window(10);
  for (Position position = 11; position <= 14; ++position) window.sent(position, 100);
  EXPECT_EQ(window.read_after(), 14);
  EXPECT_EQ(window.bytes(), 400u);
  EXPECT_TRUE(window.end(13));
  EXPECT_TRUE(window.end(12));
  EXPECT_EQ(window.low(), 10);
  EXPECT_EQ(window.held(), 4u);
  EXPECT_EQ(window.bytes(), 200u);
  EXPECT_TRUE(window.end(11));
  EXPECT_EQ(window.low(), 13);
  EXPECT_FALSE(window.end(12));
  EXPECT_FALSE(window.end(15));
  EXPECT_TRUE(window.end(14));
  EXPECT_EQ(window.low(), 14);
  EXPECT_EQ(window.held(), 0u);
  EXPECT_EQ(window.bytes(), 0u);
}

TEST(LaneWindow, ResumesAtTheLowestThatHasNotEnded) {
  LaneWindow window;
  for (Position position = 1; position <= 5; ++position) window.sent(position, 10);
  window.end(1);
  window.end(3);
  window.resume();
  EXPECT_EQ(window.read_after(), 1);
  EXPECT_EQ(window.bytes(), 0u);
  EXPECT_TRUE(window.wants(2));
  EXPECT_FALSE(window.wants(3));
  EXPECT_TRUE(window.wants(4));
  window.sent(2, 10);
  window.passed(3);
  window.sent(4, 10);
  EXPECT_EQ(window.read_after(), 4);
  window.end(2);
  EXPECT_EQ(window.low(), 3);
  // What was lost in flight and is acknowledged after all needs not be sent again.
  EXPECT_TRUE(window.end(5));
  EXPECT_FALSE(window.wants(5));
  window.end(4);
  EXPECT_EQ(window.low(), 5);
}

TEST(LaneWindow, KnowsWhatAnEarlierProcessHasFoundOut) {
  const std::vector<Position> ended{6, 8, 9};
  LaneWindow window(5, ended);
  EXPECT_EQ(window.low(), 6);
  EXPECT_EQ(window.read_after(), 6);
  EXPECT_TRUE(window.wants(7));
  EXPECT_FALSE(window.wants(8));
  window.sent(7, 1);
  window.passed(8);
  window.passed(9);
  window.sent(10, 1);
  window.end(7);
  EXPECT_EQ(window.low(), 9);
}

TEST(LaneWindow, WhatIsNowhereHasEnded) {
  LaneWindow window(3);
  window.sent(7, 1);
  EXPECT_EQ(window.low(), 6);
  window.sent(9, 1);
  window.end(7);
  EXPECT_EQ(window.low(), 8);
  window.end(9);
  EXPECT_EQ(window.low(), 9);
}

// Whatever ends in whatever order with failures between: low is always the highest behind which nothing is open.
TEST(LaneWindow, AgainstASetOfWhatHasEnded) {
  std::mt19937 random(7);
  for (int run = 0; run < 300; ++run) {
    LaneWindow window;
    std::set<Position> ended;
    std::vector<Position> in_flight;
    for (int step = 0; step < 300; ++step) {
      switch (random() % 8) {
        case 0:
          window.resume();
          in_flight.clear();
          break;
        case 1:
        case 2:
        case 3: {
          const Position next = window.read_after() + 1;
          ASSERT_EQ(window.wants(next), !ended.contains(next));
          if (window.wants(next)) {
            window.sent(next, 10);
            in_flight.push_back(next);
          } else {
            window.passed(next);
          }
          break;
        }
        default:
          if (in_flight.empty()) break;
          const std::size_t index = random() % in_flight.size();
          ASSERT_TRUE(window.end(in_flight[index]));
          ended.insert(in_flight[index]);
          in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(index));
      }
      Position low = 0;
      while (ended.contains(low + 1)) ++low;
      ASSERT_EQ(window.low(), low);
      ASSERT_EQ(window.bytes(), 10 * in_flight.size());
    }
  }
}

}  // namespace
}  // namespace causeway::events
