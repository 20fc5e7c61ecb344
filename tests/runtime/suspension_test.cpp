#include "runtime/suspension.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>

#include "fakes/run_task.h"
#include "runtime/worker.h"

namespace causeway::runtime {
namespace {

Task<std::thread::id> sleep_until_woken(std::unique_ptr<Sleeper>& bed, std::promise<void>& asleep) {
  co_await suspend([&](std::unique_ptr<Sleeper> sleeper) {
    bed = std::move(sleeper);
    asleep.set_value();
  });
  co_return std::this_thread::get_id();
}

TEST(Suspension, ACoroutineIsWokenByAnotherThreadAndResumesOnItsWorker) {
  const SystemClock clock;
  Worker worker(0, "test", clock);
  std::unique_ptr<Sleeper> bed;
  std::promise<void> asleep;
  std::thread waker([&] {
    asleep.get_future().wait();
    worker.post([&] { bed->resume(); });
  });
  EXPECT_EQ(fakes::run(worker, sleep_until_woken(bed, asleep)), std::this_thread::get_id());
  waker.join();
}

Task<> sleep_with(std::shared_ptr<int> held, std::unique_ptr<Sleeper>& bed) {
  co_await suspend([&](std::unique_ptr<Sleeper> sleeper) { bed = std::move(sleeper); });
  ++*held;
}

TEST(Suspension, ASleeperThatIsNeverWokenTakesItsCoroutineAlong) {
  const SystemClock clock;
  Worker worker(0, "test", clock);
  const auto held = std::make_shared<int>(0);
  std::unique_ptr<Sleeper> bed;
  worker.spawn(sleep_with(held, bed));
  fakes::run_until(worker, [&] { return bed != nullptr; });
  EXPECT_GT(held.use_count(), 1);
  bed.reset();
  fakes::run_until(worker, [&] { return held.use_count() == 1; });
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace causeway::runtime
