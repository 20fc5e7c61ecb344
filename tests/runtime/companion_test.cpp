#include "runtime/companion.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "fakes/run_task.h"
#include "runtime/readiness.h"

namespace causeway::runtime {
namespace {

/// Says when it goes, however that comes about.
struct Trace {
  explicit Trace(int& its_count) : count(its_count) { ++count; }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace() { --count; }
  int& count;
};

class CompanionTest : public ::testing::Test {
 protected:
  static Task<> take_turns(Worker& worker, int turns, int& alive) {
    const Trace trace(alive);
    for (int i = 0; i < turns; ++i) co_await worker.io().turn();
  }
  static Task<> sleep(Worker& worker, Duration time, int& alive) {
    const Trace trace(alive);
    co_await sleep_for(worker, time);
  }
  static Task<> wait_for(Readiness& readiness, int& alive) {
    const Trace trace(alive);
    co_await readiness.wait(Readiness::Side::kRead);
  }
  static Task<> start(Companion& companion, Worker& worker, Task<> task) {
    companion.start(worker.io(), std::move(task));
    co_return;
  }
  void begin(Task<> task) { fakes::run(worker, start(*companion, worker, std::move(task))); }

  const SystemClock clock;
  Worker worker{0, "test", clock};
  std::unique_ptr<Companion> companion = std::make_unique<Companion>();
  int alive = 0;
};

TEST_F(CompanionTest, RunsBesideTheOneThatStartedItAndEndsByItself) {
  begin(take_turns(worker, 3, alive));
  EXPECT_TRUE(companion->running());
  fakes::run_until(worker, [&] { return !companion->running(); });
  EXPECT_EQ(alive, 0);
}

TEST_F(CompanionTest, OneThatDoesNotWaitHasEndedWhenItWasStarted) {
  begin(take_turns(worker, 0, alive));
  EXPECT_FALSE(companion->running());
}

TEST_F(CompanionTest, GoesWithItsOwnerWhateverItWaitsFor) {
  begin(take_turns(worker, 1000, alive));
  EXPECT_EQ(alive, 1);
  companion.reset();
  EXPECT_EQ(alive, 0);
  worker.io().poll();  // its turn comes, and nobody is there

  companion = std::make_unique<Companion>();
  begin(sleep(worker, std::chrono::hours(1), alive));
  companion->stop();
  EXPECT_EQ(alive, 0);

  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  {
    Readiness readiness(worker.io());
    ASSERT_TRUE(readiness.watch(ends[0]));
    readiness.exhausted(Readiness::Side::kRead);
    begin(wait_for(readiness, alive));
    companion->stop();
    EXPECT_EQ(alive, 0);
    ASSERT_EQ(::send(ends[1], "x", 1, MSG_NOSIGNAL), 1);
    worker.io().poll();
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(CompanionTest, AnotherCanBeStartedAfterOneHasEnded) {
  begin(take_turns(worker, 0, alive));
  begin(take_turns(worker, 2, alive));
  EXPECT_EQ(alive, 1);
  companion->stop();
  begin(take_turns(worker, 1, alive));
  fakes::run_until(worker, [&] { return !companion->running(); });
}

TEST_F(CompanionTest, ALoopThatEndsTakesItAlong) {
  auto other = std::make_unique<Worker>(1, "other", clock);
  fakes::run(*other, start(*companion, *other, sleep(*other, std::chrono::hours(1), alive)));
  EXPECT_EQ(alive, 1);
  other.reset();
  EXPECT_EQ(alive, 0);
  EXPECT_FALSE(companion->running());
}

}  // namespace
}  // namespace causeway::runtime
