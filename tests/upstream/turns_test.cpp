#include "upstream/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "runtime/task_group.h"

namespace causeway::upstream {
namespace {

using namespace std::chrono_literals;
using Line = Turns::Line;

/// Two workers whose loops the test turns itself.
class TurnsTest : public testing::Test {
 protected:
  /// Waits on `worker` and writes down how that ended.
  Task<> wait(runtime::Worker& worker, std::string name, Line line, SteadyTime until,
              runtime::Cancel* cancel = nullptr) {
    const Wait::End end = co_await turns->take(worker, limit, line, until, cancel);
    if (end == Wait::End::kTimeout) name += " late";
    if (end == Wait::End::kCancelled) name += " left";
    log += log.empty() ? name : ", " + name;
  }
  void caller(runtime::Worker& worker, std::string name, runtime::Cancel* cancel = nullptr) {
    worker.spawn(wait(worker, std::move(name), Line::kCallers, clock.steady() + 100ms, cancel));
    settle();
  }
  void delivery(runtime::Worker& worker, std::string name) {
    worker.spawn(wait(worker, std::move(name), Line::kDeliveries, SteadyTime::max()));
    settle();
  }
  void give(runtime::Worker& worker) {
    worker.post([this, &worker] { turns->give(worker); });
    settle();
  }
  void pass(Duration time) {
    clock.advance(time);
    for (runtime::Worker* each : workers) each->refresh_clock();
    settle();
  }
  void settle() {
    while (first.io().poll() + second.io().poll() > 0) {
    }
  }
  /// What has happened since this was last asked.
  std::string happened() { return std::exchange(log, {}); }

  fakes::ManualClock clock;
  runtime::Worker first{0, "first", clock};
  runtime::Worker second{1, "second", clock};
  std::vector<runtime::Worker*> workers{&first, &second};
  std::shared_ptr<Turns> turns = std::make_shared<Turns>(workers);
  std::uint32_t limit = 2;
  std::string log;
};

TEST_F(TurnsTest, GivesAsManyAsTheLimitSays) {
  caller(first, "a");
  caller(second, "b");
  EXPECT_EQ(happened(), "a, b");
  caller(first, "c");
  caller(second, "d");
  EXPECT_EQ(happened(), "");
  EXPECT_EQ(turns->taken(), 2u);
  EXPECT_EQ(turns->waiting(), 2u);
  give(first);
  EXPECT_EQ(happened(), "c");
  give(first);
  EXPECT_EQ(happened(), "d");
  give(second);
  give(second);
  EXPECT_EQ(turns->taken(), 0u);
  EXPECT_EQ(turns->waiting(), 0u);
}

TEST_F(TurnsTest, WhoHasWaitedLongestGoesFirstOnWhicheverWorker) {
  limit = 1;
  caller(first, "holder");
  for (const char* name : {"a", "b", "c", "d"}) {
    pass(1ms);
    caller(name[0] % 2 == 0 ? first : second, name);
  }
  happened();
  for (int i = 0; i < 4; ++i) give(first);
  EXPECT_EQ(happened(), "a, b, c, d");
}

TEST_F(TurnsTest, CallersGoBeforeDeliveries) {
  limit = 1;
  caller(first, "holder");
  delivery(first, "delivery 1");
  delivery(second, "delivery 2");
  pass(1ms);
  caller(second, "caller 1");
  pass(1ms);
  caller(first, "caller 2");
  happened();
  for (int i = 0; i < 4; ++i) {
    give(first);
    EXPECT_EQ(turns->taken(), 1u);
  }
  EXPECT_EQ(happened(), "caller 1, caller 2, delivery 1, delivery 2");
}

TEST_F(TurnsTest, ACallerWaitsForATimeADeliveryForEver) {
  limit = 1;
  caller(first, "holder");
  caller(second, "caller");
  delivery(second, "delivery");
  happened();
  pass(99ms);
  EXPECT_EQ(happened(), "");
  pass(10ms);
  EXPECT_EQ(happened(), "caller late");
  pass(24h);
  EXPECT_EQ(happened(), "");
  EXPECT_EQ(turns->waiting(), 1u);
  give(first);
  EXPECT_EQ(happened(), "delivery");
}

TEST_F(TurnsTest, NobodyWaitsWhoseTimeIsOverOrWhomNobodyWants) {
  limit = 1;
  caller(first, "holder");
  first.spawn(wait(first, "caller", Line::kCallers, clock.steady()));
  settle();
  runtime::Cancel cancel;
  cancel.request();
  caller(first, "another", &cancel);
  EXPECT_EQ(happened(), "holder, caller late, another left");
  EXPECT_EQ(turns->waiting(), 0u);
}

TEST_F(TurnsTest, OneWhoLeavesLetsTheNextGo) {
  limit = 1;
  caller(first, "holder");
  runtime::Cancel cancel;
  caller(first, "a", &cancel);
  caller(first, "b");
  happened();
  first.post([&] { cancel.request(); });
  settle();
  EXPECT_EQ(happened(), "a left");
  give(first);
  EXPECT_EQ(happened(), "b");
}

TEST_F(TurnsTest, ATurnThatIsGivenToOneWhoIsJustLeavingGoesToTheNext) {
  limit = 1;
  caller(first, "holder");
  runtime::Cancel cancel;
  caller(second, "a", &cancel);
  pass(1ms);
  delivery(first, "b");
  happened();
  // Both are known before either worker has gone on.
  second.post([&] { cancel.request(); });
  first.post([&] { turns->give(first); });
  settle();
  EXPECT_EQ(happened(), "a left, b");
  EXPECT_EQ(turns->taken(), 1u);
}

TEST_F(TurnsTest, ATurnThatComesJustBeforeItsCallerLeavesGoesToTheNext) {
  limit = 1;
  caller(first, "holder");
  runtime::Cancel cancel;
  caller(first, "a", &cancel);
  pass(1ms);
  caller(second, "b");
  happened();
  // As with callers that are reset together: the one's turn goes to the other before that one's reset is read.
  first.post([&] {
    turns->give(first);
    cancel.request();
  });
  settle();
  EXPECT_EQ(happened(), "a left, b");
  EXPECT_EQ(turns->taken(), 1u);
}

TEST_F(TurnsTest, WhoHasLeftTakesNoTurnEvenIfOneIsFree) {
  runtime::Cancel cancel;
  cancel.request();
  caller(first, "a", &cancel);
  EXPECT_EQ(happened(), "a left");
  EXPECT_EQ(turns->taken(), 0u);
}

TEST_F(TurnsTest, ATurnComesBackFromOneWhoIsTakenApartBeforeHeLearnsOfIt) {
  limit = 1;
  caller(first, "holder");
  auto group = std::make_unique<runtime::TaskGroup>(first);
  first.post([&] { group->start(wait(first, "a", Line::kCallers, SteadyTime::max())); });
  settle();
  pass(1ms);
  caller(second, "b");
  happened();
  first.post([&] {
    turns->give(first);
    group.reset();
  });
  settle();
  EXPECT_EQ(happened(), "b");
  EXPECT_EQ(turns->taken(), 1u);
}

TEST_F(TurnsTest, OneWhoIsTakenApartWhileHeWaitsIsForgotten) {
  limit = 1;
  caller(first, "holder");
  runtime::Cancel cancel;
  auto group = std::make_unique<runtime::TaskGroup>(first);
  first.post([&] { group->start(wait(first, "a", Line::kCallers, clock.steady() + 50ms, &cancel)); });
  settle();
  first.post([&] { group.reset(); });
  settle();
  EXPECT_EQ(turns->waiting(), 0u);
  cancel.request();
  pass(1s);
  give(first);
  EXPECT_EQ(happened(), "holder");
  EXPECT_EQ(turns->taken(), 0u);
}

TEST_F(TurnsTest, WhoCameUnderAnOlderLimitDoesNotHoldUpTheLine) {
  limit = 1;
  caller(first, "holder");
  delivery(first, "old delivery");
  limit = 3;
  pass(1ms);
  delivery(first, "delivery");
  EXPECT_EQ(turns->taken(), 3u);
  EXPECT_EQ(happened(), "holder, delivery, old delivery");
  limit = 1;
  caller(second, "caller");
  for (int i = 0; i < 2; ++i) give(first);
  EXPECT_EQ(happened(), "");
  give(first);
  EXPECT_EQ(happened(), "caller");
}

TEST_F(TurnsTest, ManyMayBeLateTogether) {
  limit = 1;
  caller(first, "holder");
  happened();
  const SteadyTime until = clock.steady() + 100ms;
  for (int i = 0; i < 20'000; ++i) first.spawn(wait(first, "x", Line::kCallers, until));
  settle();
  EXPECT_EQ(turns->waiting(), 20'000u);
  pass(1s);
  EXPECT_EQ(turns->waiting(), 0u);
  give(first);
  EXPECT_EQ(turns->taken(), 0u);
}

/// Workers as threads, with many calls each that take a turn, hold it for a while and give it back.
class TurnsOfManyWorkers : public testing::Test {
 protected:
  static constexpr std::size_t kWorkers = 4;

  TurnsOfManyWorkers() {
    for (unsigned i = 0; i < kWorkers; ++i) {
      workers.push_back(std::make_unique<runtime::Worker>(i, "worker", clock));
      pointers.push_back(workers.back().get());
    }
    turns = std::make_shared<Turns>(pointers);
  }

  Task<> calls(runtime::Worker& worker, Line line, unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < kCalls; ++i) {
      runtime::Cancel cancel;
      const Duration patience = line == Line::kCallers ? Duration(random() % 20 * 1ms) : Duration(1h);
      const SteadyTime until = worker.now() + patience;
      const Wait::End end = co_await turns->take(worker, kLimit, line, until, &cancel);
      if (end != Wait::End::kWoken) {
        ++missed;
        continue;
      }
      ++taken;
      if (++inside > static_cast<int>(kLimit)) ++too_many;
      const auto holds = random() % 4;
      if (holds == 0) co_await worker.io().sleep(random() % 300 * 1us);
      else if (holds == 1) co_await worker.io().turn();
      --inside;
      turns->give(worker);
      if (random() % 3 == 0) co_await worker.io().turn();
    }
    --running;
  }

  static constexpr int kCalls = 200;
  static constexpr std::uint32_t kLimit = 3;
  SystemClock clock;
  std::vector<std::unique_ptr<runtime::Worker>> workers;
  std::vector<runtime::Worker*> pointers;
  std::shared_ptr<Turns> turns;
  std::atomic<int> inside{0};
  std::atomic<int> too_many{0};
  std::atomic<int> taken{0};
  std::atomic<int> missed{0};
  std::atomic<int> running{0};
};

TEST_F(TurnsOfManyWorkers, NeverMoreThanTheLimitAndNoTurnIsLost) {
  constexpr int kTasks = 10;
  unsigned seed = 1;
  for (const auto& worker : workers)
    for (int i = 0; i < kTasks; ++i) {
      ++running;
      worker->spawn(calls(*worker, i % 2 == 0 ? Line::kCallers : Line::kDeliveries, ++seed));
    }
  for (const auto& worker : workers) worker->start();
  for (const auto& worker : workers) worker->finish();
  EXPECT_EQ(running, 0);
  EXPECT_EQ(too_many, 0);
  EXPECT_EQ(taken + missed, kTasks * kCalls * static_cast<int>(kWorkers));
  EXPECT_GE(taken, kTasks / 2 * kCalls * static_cast<int>(kWorkers));  // no delivery gives up
  EXPECT_EQ(turns->taken(), 0u);
  EXPECT_EQ(turns->waiting(), 0u);
}

}  // namespace
}  // namespace causeway::upstream
