#include "runtime/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "fakes/run_task.h"

namespace causeway::runtime {
namespace {

class TaskTest : public ::testing::Test {
 protected:
  const SystemClock clock;
  Worker worker{0, "test", clock};
};

Task<std::string> text_of(int number) { co_return std::to_string(number); }

Task<std::size_t> digits_of(int number) {
  const std::string text = co_await text_of(number);
  co_return text.size();
}

TEST_F(TaskTest, GivesItsResultToTheOneThatAwaitsIt) { EXPECT_EQ(fakes::run(worker, digits_of(12345)), 5u); }

Task<> count_to(int& count) {
  ++count;
  co_return;
}

TEST_F(TaskTest, StartsWhenItIsAwaitedAndNotBefore) {
  int count = 0;
  { const Task<> never = count_to(count); }
  EXPECT_EQ(count, 0);
  fakes::run(worker, count_to(count));
  EXPECT_EQ(count, 1);
}

Task<int> sum(int from, int to) {
  int total = 0;
  for (int i = from; i <= to; ++i) {
    const std::string text = co_await text_of(i);
    total += std::stoi(text);
  }
  co_return total;
}

TEST_F(TaskTest, ALongLoopOfTasksThatNeverWaitNeedsNoStack) {
  EXPECT_EQ(fakes::run(worker, sum(1, 60'000)), 1'800'030'000);
}

Task<int> deep(int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await deep(levels - 1);
  co_return below + 1;
}

TEST_F(TaskTest, GoesManyLevelsDeep) { EXPECT_EQ(fakes::run(worker, deep(10'000)), 10'000); }

Task<int> fail() {
  throw std::runtime_error("no");
  co_return 0;
}

Task<std::string> catch_it() {
  try {
    co_await fail();
  } catch (const std::runtime_error& error) {
    co_return error.what();
  }
  co_return "nothing";
}

TEST_F(TaskTest, AnExceptionReachesTheOneThatAwaits) { EXPECT_EQ(fakes::run(worker, catch_it()), "no"); }

Task<std::unique_ptr<int>> box(int value) { co_return std::make_unique<int>(value); }

Task<int> unbox() {
  const std::unique_ptr<int> boxed = co_await box(7);
  co_return *boxed;
}

TEST_F(TaskTest, ItsResultMayBeOneThatOnlyMoves) { EXPECT_EQ(fakes::run(worker, unbox()), 7); }

Task<> hold_and_turn(Worker& worker, std::shared_ptr<int> held, int turns) {
  for (int i = 0; i < turns; ++i) co_await worker.io().turn();
  ++*held;
}

Task<> around(Worker& worker, std::shared_ptr<int> held) {
  co_await hold_and_turn(worker, held, 3);
  ++*held;
}

TEST_F(TaskTest, ThoseThatStillWaitGoWithTheirLoopFromTheInnermostOut) {
  const auto held = std::make_shared<int>(0);
  {
    Worker short_lived(0, "test", clock);
    short_lived.spawn(around(short_lived, held));
    short_lived.io().poll_one();
    EXPECT_EQ(held.use_count(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace causeway::runtime
