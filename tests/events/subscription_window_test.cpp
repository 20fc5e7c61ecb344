#include "events/subscription/window.h"

#include <gtest/gtest.h>

namespace causeway::events {
namespace {

/// What take_move gives, 0 for nothing.
Position moved_to(Window& window) {
  Position low = 0;
  return window.take_move(low) ? low : 0;
}

TEST(Window, MovesOnlyOverWhatIsAllSettled) {
  Window window(10);
  for (const Position position : {11, 12, 13, 15}) window.read(position);  // 14 has left with retention
  EXPECT_EQ(window.last_read(), 15);
  window.settle(12);
  window.settle(15);
  EXPECT_EQ(moved_to(window), 0);
  window.settle(11);
  EXPECT_EQ(moved_to(window), 12);
  EXPECT_EQ(moved_to(window), 0);
  window.settle(13);
  EXPECT_EQ(moved_to(window), 15);
}

TEST(Window, TellsTheLastOneThatIsSettledBehindAGap) {
  Window window(10);
  for (const Position position : {11, 12, 13, 14}) window.read(position);
  EXPECT_EQ(window.last_settled(), 10);
  window.settle(13);
  EXPECT_EQ(window.last_settled(), 13);
  window.settle(11);
  EXPECT_EQ(window.last_settled(), 13);
  window.settle(12);
  EXPECT_EQ(window.last_settled(), 13);
}

TEST(Window, IsExposedUntilTheMoveIsDurable) {
  Window window(0);
  window.read(1);
  window.read(2);
  window.settle(1);
  EXPECT_EQ(moved_to(window), 1);
  EXPECT_EQ(window.exposed(), 2u);
  window.settle(2);
  window.moved(1);
  EXPECT_EQ(window.exposed(), 1u);
  EXPECT_EQ(window.durable(), 1);
  EXPECT_EQ(moved_to(window), 2);
  window.moved(2);
  EXPECT_EQ(window.exposed(), 0u);
}

}  // namespace
}  // namespace causeway::events
