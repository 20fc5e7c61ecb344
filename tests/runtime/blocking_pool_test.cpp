#include "runtime/blocking_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

#include "fakes/run_task.h"

namespace causeway::runtime {
namespace {

class BlockingPoolTest : public ::testing::Test {
 protected:
  ~BlockingPoolTest() override { worker.io().poll(); }
  /// Starts a job whose result lands in `ends`.
  void begin(BlockingPool& pool, std::function<void()> work) {
    worker.spawn(note(pool.run(worker, std::move(work)), ends));
  }
  static Task<> note(Task<bool> job, std::vector<bool>& ends) { ends.push_back(co_await std::move(job)); }
  void until_ended(std::size_t count) {
    fakes::run_until(worker, [&] { return ends.size() == count; });
  }

  const SystemClock clock;
  Worker worker{0, "test", clock};
  std::vector<bool> ends;
};

TEST_F(BlockingPoolTest, WorkRunsOnAnotherThreadAndItsCallerGoesOnOnItsOwn) {
  BlockingPool pool("pool", 1, 1);
  std::thread::id there;
  EXPECT_TRUE(fakes::run(worker, pool.run(worker, [&] { there = std::this_thread::get_id(); })));
  EXPECT_NE(there, std::thread::id());
  EXPECT_NE(there, std::this_thread::get_id());
}

TEST_F(BlockingPoolTest, WhatDoesNotFitIsNotRun) {
  BlockingPool pool("pool", 1, 2);
  std::promise<void> running;
  std::latch held(1);
  begin(pool, [&] {
    running.set_value();
    held.wait();
  });
  worker.io().poll();
  running.get_future().wait();
  int runs = 0;
  for (int i = 0; i < 4; ++i) begin(pool, [&] { ++runs; });
  until_ended(2);
  EXPECT_EQ(ends, (std::vector{false, false}));
  held.count_down();
  until_ended(5);
  EXPECT_EQ(ends, (std::vector{false, false, true, true, true}));
  EXPECT_EQ(runs, 2);
}

TEST_F(BlockingPoolTest, StoppingFinishesWhatWasTakenAndTakesNoMore) {
  BlockingPool pool("pool", 2, 8);
  std::atomic<int> runs = 0;
  for (int i = 0; i < 6; ++i) begin(pool, [&] { ++runs; });
  worker.io().poll();
  pool.stop();
  EXPECT_EQ(runs, 6);
  until_ended(6);
  EXPECT_EQ(ends, std::vector(6, true));
  EXPECT_FALSE(fakes::run(worker, pool.run(worker, [&] { ++runs; })));
  EXPECT_EQ(runs, 6);
  pool.stop();
}

}  // namespace
}  // namespace causeway::runtime
