#include "runtime/task_group.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"

namespace causeway::runtime {
namespace {

/// Opened by hand; whoever waits for it goes on then.
struct Door {
  std::coroutine_handle<> waiting;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> one) noexcept { waiting = one; }
  void await_resume() const noexcept {}
  void open() { waiting.resume(); }
};

class TaskGroupTest : public testing::Test {
 public:
  static Task<> say(std::string& out, char letter) {
    out += letter;
    co_return;
  }
  static Task<> say_behind(Door& door, std::string& out, char letter, std::shared_ptr<int> owned = {}) {
    co_await door;
    out += letter;
    owned.reset();
  }

  fakes::ManualClock clock;
  Worker worker{0, "test", clock};
  Door first, second;
  std::string said;
};

TEST_F(TaskGroupTest, WhatEndsAtOnceIsToldAtOnce) {
  const auto both = [](TaskGroupTest& self) -> Task<> {
    TaskGroup group(self.worker);
    group.start(say(self.said, 'a'));
    group.start(say(self.said, 'b'));
    EXPECT_TRUE(group.idle());
    co_await group.next();
    co_await group.next();  // nothing runs: nobody to wait for
  };
  fakes::run(worker, both(*this));
  EXPECT_EQ(said, "ab");
}

TEST_F(TaskGroupTest, TellsOfEachEndAndOnceOfSeveral) {
  const auto waits = [](TaskGroupTest& self) -> Task<> {
    TaskGroup group(self.worker);
    group.start(say_behind(self.first, self.said, 'a'));
    group.start(say_behind(self.second, self.said, 'b'));
    while (!group.idle()) {
      co_await group.next();
      self.said += '.';
    }
  };
  worker.spawn(waits(*this));
  worker.io().poll();
  EXPECT_EQ(said, "");
  second.open();
  worker.io().poll();
  EXPECT_EQ(said, "b.");
  first.open();
  worker.io().poll();
  EXPECT_EQ(said, "b.a.");

  said.clear();
  worker.spawn(waits(*this));
  worker.io().poll();
  first.open();
  second.open();
  worker.io().poll();
  EXPECT_EQ(said, "ab.");
}

TEST_F(TaskGroupTest, TasksThatStillWaitGoWithTheGroup) {
  const auto owned = std::make_shared<int>(1);
  const auto leaves = [](TaskGroupTest& self, std::shared_ptr<int> kept) -> Task<> {
    TaskGroup group(self.worker);
    group.start(say_behind(self.first, self.said, 'a', kept));
    group.start(say_behind(self.second, self.said, 'b', std::move(kept)));
    co_return;
  };
  fakes::run(worker, leaves(*this, owned));
  EXPECT_EQ(said, "");
  EXPECT_EQ(owned.use_count(), 1);
}

TEST_F(TaskGroupTest, ALoopThatIsTakenApartTakesAllOfThem) {
  const auto owned = std::make_shared<int>(1);
  const auto waits = [](TaskGroupTest& self, Worker& on, std::shared_ptr<int> kept) -> Task<> {
    TaskGroup group(on);
    group.start(say_behind(self.first, self.said, 'a', kept));
    group.start(say_behind(self.second, self.said, 'b', std::move(kept)));
    co_await group.next();
  };
  {
    Worker gone(1, "gone", clock);
    gone.spawn(waits(*this, gone, owned));
    gone.io().poll();
    EXPECT_EQ(owned.use_count(), 3);
    first.open();  // the end is posted, and nobody is there any more to be woken
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(said, "a");
}

}  // namespace
}  // namespace causeway::runtime
