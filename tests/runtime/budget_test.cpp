#include "runtime/budget.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

namespace causeway::runtime {
namespace {

TEST(Budget, GivesUpToItsLimitAndNotAByteMore) {
  Budget budget(100);
  EXPECT_TRUE(budget.take(60));
  EXPECT_FALSE(budget.take(41));
  EXPECT_TRUE(budget.take(40));
  EXPECT_FALSE(budget.take(1));
  EXPECT_EQ(budget.used(), 100u);
  budget.give(60);
  EXPECT_TRUE(budget.take(60));
}

TEST(Budget, ARefusalTakesNothing) {
  Budget budget(10);
  EXPECT_FALSE(budget.take(11));
  EXPECT_EQ(budget.used(), 0u);
}

TEST(Budget, AnAmountThatWouldOverflowIsRefused) {
  Budget budget(100);
  EXPECT_TRUE(budget.take(1));
  EXPECT_FALSE(budget.take(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_EQ(budget.used(), 1u);
}

TEST(Budget, ALowerLimitHoldsForTheNextWithoutTakingAnythingBack) {
  Budget budget(100);
  EXPECT_TRUE(budget.take(80));
  budget.set_limit(50);
  EXPECT_EQ(budget.used(), 80u);
  EXPECT_FALSE(budget.take(1));
  budget.give(40);
  EXPECT_TRUE(budget.take(10));
}

TEST(Budget, RacingOwnersNeverHoldMoreThanTheLimit) {
  Budget budget(50);
  std::atomic<std::uint64_t> held{0};
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20000; ++round) {
        if (!budget.take(20)) continue;
        if (held.fetch_add(20) + 20 > 50) exceeded = true;
        held.fetch_sub(20);
        budget.give(20);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget.used(), 0u);
}

TEST(BudgetHold, GivesBackAllThatItTookWhenItDies) {
  Budget budget(100);
  {
    BudgetHold hold(budget);
    EXPECT_TRUE(hold.take(30));
    EXPECT_TRUE(hold.take(50));
    EXPECT_FALSE(hold.take(21));
    EXPECT_EQ(budget.used(), 80u);
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(BudgetHold, ReleaseGivesBackOnce) {
  Budget budget(100);
  BudgetHold hold(budget);
  EXPECT_TRUE(hold.take(30));
  hold.release();
  hold.release();
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_TRUE(hold.take(100));
}

TEST(BudgetHold, WithoutABudgetEverythingIsAllowed) {
  BudgetHold hold;
  EXPECT_TRUE(hold.take(std::uint64_t{1} << 40));
}

}  // namespace
}  // namespace causeway::runtime
