#include "resilience/retry_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace causeway::resilience {
namespace {

constexpr config::Percent kFifth{20};

TEST(RetryBudget, AllowsAShareOfTheActiveCallsRoundedDown) {
  RetryBudget budget(2);
  for (int i = 0; i < 10; ++i) budget.begin(0);
  for (int i = 0; i < 14; ++i) budget.begin(1);
  EXPECT_EQ(budget.active(), 24u);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(budget.take(kFifth, 3)) << i;
  EXPECT_FALSE(budget.take(kFifth, 3));
  budget.begin(0);
  EXPECT_TRUE(budget.take(kFifth, 3));
  EXPECT_EQ(budget.retries(), 5u);
}

TEST(RetryBudget, AllowsTheLeastWithFewCalls) {
  RetryBudget budget(1);
  const ActiveCall call(budget, 0);
  EXPECT_EQ(budget.active(), 1u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.take(kFifth, 3)) << i;
  EXPECT_FALSE(budget.take(kFifth, 3));
  budget.give();
  EXPECT_TRUE(budget.take(kFifth, 3));
  EXPECT_FALSE(budget.take(config::Percent{0}, 0));
}

TEST(RetryBudget, AShareThatShrinksLetsNobodyInUntilEnoughHaveEnded) {
  RetryBudget budget(1);
  for (int i = 0; i < 50; ++i) budget.begin(0);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget.take(kFifth, 3));
  for (int i = 0; i < 40; ++i) budget.end(0);
  EXPECT_EQ(budget.active(), 10u);
  for (int i = 0; i < 7; ++i) {
    EXPECT_FALSE(budget.take(kFifth, 3));
    budget.give();
  }
  EXPECT_FALSE(budget.take(kFifth, 3));
  budget.give();
  EXPECT_TRUE(budget.take(kFifth, 3));
}

TEST(RetryBudget, GivesExactlyAsManyPlacesAsThereAreToRacingWorkers) {
  constexpr std::size_t kWorkers = 4;
  RetryBudget budget(kWorkers);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> taken{0};
    std::latch start(kWorkers);
    std::vector<std::thread> workers;
    for (std::size_t worker = 0; worker < kWorkers; ++worker)
      workers.emplace_back([&, worker] {
        for (int i = 0; i < 10; ++i) budget.begin(worker);
        start.arrive_and_wait();
        for (int i = 0; i < 10; ++i)
          if (budget.take(kFifth, 3)) ++taken;
      });
    for (std::thread& worker : workers) worker.join();
    ASSERT_EQ(taken, 8);
    while (taken-- > 0) budget.give();
    for (std::size_t worker = 0; worker < kWorkers; ++worker)
      for (int i = 0; i < 10; ++i) budget.end(worker);
    ASSERT_EQ(budget.active(), 0u);
    ASSERT_EQ(budget.retries(), 0u);
  }
}

}  // namespace
}  // namespace causeway::resilience
