#include "runtime/worker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace causeway::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kHangGuard{20};

template <class T>
T wait_for(std::future<T> future) {
  if (future.wait_for(kHangGuard) != std::future_status::ready) throw std::runtime_error("it never came");
  return future.get();
}

class Hook final : public TimerHook {
 public:
  explicit Hook(std::function<void()> action) : action_(std::move(action)) {}

 private:
  void on_timer() override { action_(); }
  std::function<void()> action_;
};

class RunningWorker : public ::testing::Test {
 protected:
  RunningWorker() { worker.start(); }

  const SystemClock clock;
  Worker worker{3, "worker-under-test", clock};
};

TEST_F(RunningWorker, RunsWhatIsPostedOnItsOwnThreadInOrder) {
  std::vector<int> order;
  std::promise<std::thread::id> done;
  for (int i = 0; i < 100; ++i) worker.post([&order, i] { order.push_back(i); });
  worker.post([&] { done.set_value(std::this_thread::get_id()); });
  const std::thread::id thread = wait_for(done.get_future());
  EXPECT_NE(thread, std::this_thread::get_id());
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(worker.index(), 3u);
}

Task<> answer(Worker& worker, std::promise<Duration>& done) {
  const SteadyTime before = worker.clock().steady();
  co_await sleep_for(worker, milliseconds(3));
  done.set_value(worker.now() - before);
}

TEST_F(RunningWorker, ASleepingTaskResumesOnTheWorkerAndNotEarly) {
  std::promise<Duration> done;
  worker.post([&] { worker.spawn(answer(worker, done)); });
  EXPECT_GE(wait_for(done.get_future()), milliseconds(3));
}

TEST_F(RunningWorker, AHookFiresNotBeforeItIsDue) {
  std::promise<SteadyTime> fired;
  Hook hook([&] { fired.set_value(clock.steady()); });
  const SteadyTime due = clock.steady() + milliseconds(20);
  worker.post([&] { worker.arm(hook, due); });
  EXPECT_GE(wait_for(fired.get_future()), due);
}

TEST_F(RunningWorker, AnEarlierHookIsNotHeldUpByALaterOne) {
  std::promise<void> fired;
  auto late = std::make_unique<Hook>([] { FAIL() << "an hour has not passed"; });
  Hook early([&] { fired.set_value(); });
  worker.post([&] {
    worker.arm(*late, worker.clock().steady() + std::chrono::hours(1));
    worker.arm(early, worker.clock().steady() + milliseconds(10));
  });
  wait_for(fired.get_future());
  std::promise<void> gone;
  worker.post([&] {
    late.reset();
    gone.set_value();
  });
  wait_for(gone.get_future());
}

TEST_F(RunningWorker, TheTimeIsTakenAnewBeforeHooksAreCalled) {
  std::promise<bool> fired;
  const SteadyTime due = clock.steady() + milliseconds(15);
  Hook hook([&] { fired.set_value(worker.now() >= due); });
  worker.post([&] { worker.arm(hook, due); });
  EXPECT_TRUE(wait_for(fired.get_future()));
}

TEST_F(RunningWorker, AHookMayArmItselfAgainAndAgain) {
  std::promise<int> fired;
  int calls = 0;
  Hook* self = nullptr;
  Hook hook([&] {
    if (++calls == 5) fired.set_value(calls);
    else worker.arm(*self, worker.now() + milliseconds(1));
  });
  self = &hook;
  worker.post([&] { worker.arm(hook, worker.now()); });
  EXPECT_EQ(wait_for(fired.get_future()), 5);
}

TEST_F(RunningWorker, FinishRunsWhatWasPostedBefore) {
  int ran = 0;
  for (int i = 0; i < 50; ++i) worker.post([&] { ++ran; });
  worker.finish();
  EXPECT_EQ(ran, 50);
}

TEST_F(RunningWorker, FinishDoesNotWaitForTheWheelOfADisarmedHook) {
  std::promise<void> done;
  worker.post([&] {
    Hook hook([] {});
    worker.arm(hook, worker.clock().steady() + std::chrono::hours(1));
    done.set_value();
  });
  wait_for(done.get_future());
  worker.finish();  // the test's own time limit is the assertion
}

Task<> wait_for_ever(Worker& worker, std::shared_ptr<int> held) {
  co_await sleep_for(worker, std::chrono::hours(1000));
  ++*held;
}

TEST(Worker, StoppingDestroysWhatStillWaits) {
  const SystemClock clock;
  const auto held = std::make_shared<int>(0);
  {
    Worker worker(0, "test", clock);
    worker.spawn(wait_for_ever(worker, held));
    worker.start();
    std::promise<void> running;
    worker.post([&] { running.set_value(); });
    wait_for(running.get_future());
    EXPECT_GT(held.use_count(), 1);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Worker, StoppedBeforeItStartedItEndsAllTheSame) {
  const SystemClock clock;
  Worker worker(0, "a name that is longer than the kernel takes", clock);
  worker.post([] { FAIL() << "never started"; });
}

}  // namespace
}  // namespace causeway::runtime
