#include "runtime/event_loop.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "runtime/worker.h"

namespace causeway::runtime {
namespace {

using std::chrono::milliseconds;

class EventLoopTest : public ::testing::Test {
 protected:
  auto note(std::string text) {
    return [this, text = std::move(text)] { notes += text; };
  }

  fakes::ManualClock clock;
  EventLoop loop{clock};
  std::string notes;
};

TEST_F(EventLoopTest, RunsWhatIsPostedInItsOrder) {
  loop.post([&] {
    notes += "a";
    loop.post(note("c"));
  });
  loop.post(note("b"));
  EXPECT_EQ(loop.poll(), 3u);
  EXPECT_EQ(notes, "abc");
  EXPECT_EQ(loop.poll(), 0u);
}

TEST_F(EventLoopTest, OneStepIsOneHandler) {
  loop.post(note("a"));
  loop.post(note("b"));
  EXPECT_EQ(loop.poll_one(), 1u);
  EXPECT_EQ(notes, "a");
  EXPECT_EQ(loop.run_one(), 1u);
  EXPECT_EQ(notes, "ab");
  EXPECT_EQ(loop.run_one_for(milliseconds(1)), 0u);
}

TEST_F(EventLoopTest, APostFromAnotherThreadEndsItsWait) {
  std::thread other([&] { loop.post(note("a")); });
  EXPECT_EQ(loop.run_one_for(fakes::kHangGuard), 1u);
  other.join();
  EXPECT_EQ(notes, "a");
}

TEST_F(EventLoopTest, EveryPostOfManyThreadsArrives) {
  constexpr int kEach = 2000;
  int arrived = 0;
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i)
    others.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) loop.post([&] { ++arrived; });
    });
  while (arrived < 4 * kEach) ASSERT_EQ(loop.run_one_for(fakes::kHangGuard), 1u);
  for (std::thread& each : others) each.join();
}

TEST_F(EventLoopTest, StoppedItTakesNoStepUntilItIsRestarted) {
  loop.post(note("a"));
  loop.stop();
  EXPECT_EQ(loop.run_one(), 0u);
  loop.restart();
  EXPECT_EQ(loop.run_one(), 1u);
  EXPECT_EQ(notes, "a");
}

Task<> add(std::string& notes, std::string text, EventLoop& loop, int turns) {
  for (int i = 0; i < turns; ++i) {
    notes += text;
    co_await loop.turn();
  }
}

TEST_F(EventLoopTest, ThoseThatTakeTurnsGoOnOneAfterTheOther) {
  loop.spawn(add(notes, "a", loop, 3));
  loop.spawn(add(notes, "b", loop, 3));
  loop.poll();
  EXPECT_EQ(notes, "ababab");
}

TEST_F(EventLoopTest, ATaskThatAHandlerSpawnsStartsAtOnce) {
  loop.post([&] {
    loop.spawn(add(notes, "a", loop, 1));
    notes += "b";
  });
  loop.poll_one();
  EXPECT_EQ(notes, "ab");
}

class Hook final : public TimerHook {
 public:
  explicit Hook(std::string& notes) : notes_(notes) {}

 private:
  void on_timer() override { notes_ += "!"; }
  std::string& notes_;
};

TEST_F(EventLoopTest, HooksFollowTheClockThatTheLoopWasGiven) {
  Hook hook(notes);
  loop.arm(hook, clock.steady() + std::chrono::hours(3));
  EXPECT_EQ(loop.poll(), 0u);
  clock.advance(std::chrono::hours(3) + milliseconds(10));
  EXPECT_EQ(loop.poll(), 1u);
  EXPECT_EQ(notes, "!");
}

Task<> sleep(EventLoop& loop, Duration time, std::string& notes, std::string text) {
  co_await loop.sleep(time);
  notes += text;
}

TEST_F(EventLoopTest, WhoeverSleepsIsSkippedOver) {
  EXPECT_EQ(loop.until_timer(), Duration::max());
  loop.spawn(sleep(loop, std::chrono::hours(1), notes, "a"));
  EXPECT_EQ(loop.poll(), 1u);
  const Duration left = loop.until_timer();
  EXPECT_LE(left, std::chrono::hours(1));
  EXPECT_GT(left, std::chrono::minutes(59));
  loop.skip(left);
  EXPECT_EQ(loop.poll(), 1u);
  EXPECT_EQ(notes, "a");
}

TEST_F(EventLoopTest, WhoeverSleepsWakesByRealTimeTheShortestFirst) {
  loop.spawn(sleep(loop, milliseconds(4), notes, "b"));
  loop.spawn(sleep(loop, milliseconds(2), notes, "a"));
  while (notes.size() < 2) ASSERT_EQ(loop.run_one_for(fakes::kHangGuard), 1u);
  EXPECT_EQ(notes, "ab");
}

}  // namespace
}  // namespace causeway::runtime
