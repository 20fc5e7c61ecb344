#include "runtime/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace causeway::runtime {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Hook final : public TimerHook {
 public:
  explicit Hook(std::function<void()> action = [] {}) : action_(std::move(action)) {}
  int calls = 0;

 private:
  void on_timer() override {
    ++calls;
    action_();
  }
  std::function<void()> action_;
};

class Wheel : public ::testing::Test {
 protected:
  static constexpr SteadyTime kStart{hours(7) + microseconds(1234)};
  /// One turn of the wheel, and more than it.
  static constexpr Duration kTurn = 4096 * TimerWheel::kResolution;

  TimerWheel wheel{kStart};
};

TEST_F(Wheel, FiresNeitherEarlyNorLaterThanOneResolution) {
  for (const Duration offset :
       {Duration(1), Duration(microseconds(4999)), Duration(milliseconds(5)), Duration(milliseconds(6)),
        Duration(milliseconds(1234)), Duration(seconds(19)), kTurn, kTurn + Duration(1)}) {
    TimerWheel fresh(kStart);
    Hook hook;
    const SteadyTime due = kStart + offset;
    fresh.arm(hook, due);
    fresh.advance(due - Duration(1));
    EXPECT_EQ(hook.calls, 0) << offset.count();
    fresh.advance(due + TimerWheel::kResolution);
    EXPECT_EQ(hook.calls, 1) << offset.count();
    EXPECT_FALSE(hook.armed());
    EXPECT_TRUE(fresh.empty());
  }
}

TEST_F(Wheel, ATimeInThePastIsDueAtTheNextTick) {
  Hook hook;
  wheel.arm(hook, SteadyTime{});
  wheel.advance(kStart);
  EXPECT_EQ(hook.calls, 0);
  wheel.advance(kStart + TimerWheel::kResolution);
  EXPECT_EQ(hook.calls, 1);
}

TEST_F(Wheel, AHookSeveralTurnsAwayWaitsThroughThemAll) {
  Hook far;
  Hook near;
  const SteadyTime due = kStart + 3 * kTurn + milliseconds(500);
  wheel.arm(far, due);
  wheel.arm(near, kStart + milliseconds(500));  // the same slot
  for (SteadyTime now = kStart; now < due; now += milliseconds(500)) wheel.advance(now);
  EXPECT_EQ(near.calls, 1);
  EXPECT_EQ(far.calls, 0);
  wheel.advance(due + TimerWheel::kResolution);
  EXPECT_EQ(far.calls, 1);
}

TEST_F(Wheel, AHookThatNeverComesDueStaysArmed) {
  Hook hook;
  wheel.arm(hook, SteadyTime::max());
  wheel.advance(kStart + hours(100000));
  EXPECT_EQ(hook.calls, 0);
  EXPECT_TRUE(hook.armed());
}

TEST_F(Wheel, ALongPauseFiresEverythingThatCameDueOnce) {
  std::vector<std::unique_ptr<Hook>> hooks;
  for (int i = 0; i < 10000; ++i) {
    hooks.push_back(std::make_unique<Hook>());
    wheel.arm(*hooks.back(), kStart + milliseconds(7 * i));
  }
  Hook later;
  wheel.arm(later, kStart + hours(2));
  wheel.advance(kStart + hours(1));
  for (const auto& hook : hooks) EXPECT_EQ(hook->calls, 1);
  EXPECT_EQ(later.calls, 0);
  wheel.advance(kStart + hours(3));
  EXPECT_EQ(later.calls, 1);
}

TEST_F(Wheel, ACallbackMayArmItsOwnHookAgain) {
  std::vector<SteadyTime> fired;
  SteadyTime now = kStart;
  Hook* self = nullptr;
  Hook hook([&] {
    fired.push_back(now);
    if (fired.size() < 4) wheel.arm(*self, now);  // at once is the next tick, not the same call
  });
  self = &hook;
  wheel.arm(hook, now);
  for (int tick = 0; tick < 10; ++tick) {
    now += TimerWheel::kResolution;
    wheel.advance(now);
    EXPECT_EQ(fired.size(), static_cast<std::size_t>(std::min(tick + 1, 4)));
  }
}

TEST_F(Wheel, ACallbackThatArmsItselfForAWholeTurnIsCalledOnceATurn) {
  SteadyTime now = kStart;
  Hook* self = nullptr;
  Hook hook([&] { wheel.arm(*self, now + kTurn); });
  self = &hook;
  wheel.arm(hook, now);
  now += milliseconds(10);
  wheel.advance(now);
  EXPECT_EQ(hook.calls, 1);
  now += kTurn - milliseconds(10);
  wheel.advance(now);
  EXPECT_EQ(hook.calls, 1);
  now += milliseconds(15);
  wheel.advance(now);
  EXPECT_EQ(hook.calls, 2);
}

TEST_F(Wheel, ACallbackMayDestroyAnyOtherHookOfItsSlot) {
  // Whichever of the three is called first takes the two others away.
  std::vector<std::unique_ptr<Hook>> hooks(3);
  int calls = 0;
  for (auto& hook : hooks) {
    hook = std::make_unique<Hook>([&hooks, &calls, self = &hook] {
      ++calls;
      for (auto& other : hooks)
        if (&other != self) other.reset();
    });
  }
  for (auto& hook : hooks) wheel.arm(*hook, kStart + milliseconds(100));
  wheel.advance(kStart + milliseconds(200));
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(wheel.empty());
}

TEST_F(Wheel, ACallbackMayDestroyTheNextHookOfALaterSlot) {
  auto later = std::make_unique<Hook>();
  Hook first([&] { later.reset(); });
  wheel.arm(first, kStart + milliseconds(100));
  wheel.arm(*later, kStart + milliseconds(150));
  wheel.advance(kStart + milliseconds(200));
  EXPECT_EQ(first.calls, 1);
  EXPECT_TRUE(wheel.empty());
}

TEST_F(Wheel, ACallbackMayArmAnotherHookOfItsSlotFarAway) {
  Hook other;
  Hook first([&] { wheel.arm(other, kStart + milliseconds(100) + kTurn); });
  wheel.arm(other, kStart + milliseconds(100));
  wheel.arm(first, kStart + milliseconds(100));  // in front of it
  wheel.advance(kStart + milliseconds(110));
  EXPECT_EQ(first.calls, 1);
  EXPECT_EQ(other.calls, 0);
  wheel.advance(kStart + milliseconds(110) + kTurn);
  EXPECT_EQ(other.calls, 1);
}

TEST_F(Wheel, ArmingAgainReplacesTheTime) {
  Hook hook;
  wheel.arm(hook, kStart + milliseconds(50));
  wheel.arm(hook, kStart + seconds(5));
  wheel.advance(kStart + seconds(1));
  EXPECT_EQ(hook.calls, 0);
  wheel.arm(hook, kStart + seconds(2));
  wheel.advance(kStart + seconds(3));
  EXPECT_EQ(hook.calls, 1);
  wheel.advance(kStart + seconds(10));
  EXPECT_EQ(hook.calls, 1);
}

TEST_F(Wheel, AHookDisarmsItselfWhenItIsDestroyed) {
  {
    Hook hook;
    wheel.arm(hook, kStart + milliseconds(50));
    EXPECT_FALSE(wheel.empty());
  }
  EXPECT_TRUE(wheel.empty());
  wheel.advance(kStart + seconds(1));
}

TEST_F(Wheel, NextDueIsNeverAfterTheFirstHookAndNotBeforeTheNextTick) {
  EXPECT_EQ(wheel.next_due(), SteadyTime::max());
  for (const Duration offset :
       {Duration(1), Duration(milliseconds(5)), Duration(milliseconds(320)), Duration(seconds(7)),
        kTurn - Duration(milliseconds(5)), kTurn, kTurn + Duration(seconds(1)), Duration(hours(1))}) {
    Hook hook;
    wheel.arm(hook, kStart + offset);
    EXPECT_GT(wheel.next_due(), kStart) << offset.count();
    EXPECT_LE(wheel.next_due(), kStart + offset + TimerWheel::kResolution) << offset.count();
  }
  EXPECT_EQ(wheel.next_due(), SteadyTime::max());
}

TEST_F(Wheel, NextDueOfANearHookIsItsOwnTick) {
  Hook hook;
  const SteadyTime due = kStart + seconds(3);
  wheel.arm(hook, due);
  EXPECT_GE(wheel.next_due(), due);
  EXPECT_LT(wheel.next_due(), due + TimerWheel::kResolution);
}

TEST_F(Wheel, GoingFromNextDueToNextDueMeetsEveryHook) {
  Hook near;
  Hook far;
  wheel.arm(near, kStart + milliseconds(42));
  wheel.arm(far, kStart + 5 * kTurn + milliseconds(77));
  int steps = 0;
  for (SteadyTime now = kStart; !wheel.empty() && steps < 100; ++steps) {
    const SteadyTime next = wheel.next_due();
    ASSERT_GT(next, now);
    now = next;
    wheel.advance(now);
  }
  EXPECT_EQ(near.calls, 1);
  EXPECT_EQ(far.calls, 1);
  EXPECT_LE(steps, 8);  // one look a turn
}

TEST_F(Wheel, AgreesWithASortedListOverManyRandomSteps) {
  std::mt19937 random(20260301);  // NOLINT: the same every time
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  std::vector<std::unique_ptr<Hook>> hooks(64);
  for (auto& hook : hooks) hook = std::make_unique<Hook>();
  std::map<Hook*, SteadyTime> model;
  SteadyTime now = kStart;
  for (int step = 0; step < 20000; ++step) {
    Hook& hook = *hooks[static_cast<std::size_t>(below(64))];
    switch (below(4)) {
      case 0: {
        const Duration ahead = below(10) == 0 ? Duration(seconds(below(100))) : Duration(microseconds(below(100000)));
        wheel.arm(hook, now + ahead);
        model[&hook] = now + ahead;
        break;
      }
      case 1:
        hook.disarm();
        model.erase(&hook);
        break;
      default: {
        now += microseconds(below(20000));
        std::map<Hook*, int> before;
        for (const auto& each : hooks) before[each.get()] = each->calls;
        wheel.advance(now);
        for (const auto& each : hooks) {
          const bool fired = each->calls != before[each.get()];
          const auto armed = model.find(each.get());
          if (!fired) {
            if (armed != model.end()) ASSERT_GT(armed->second + 2 * TimerWheel::kResolution, now);
            continue;
          }
          ASSERT_EQ(each->calls, before[each.get()] + 1);
          ASSERT_NE(armed, model.end());
          ASSERT_LE(armed->second, now);
          model.erase(armed);
        }
      }
    }
    ASSERT_EQ(wheel.empty(), model.empty());
  }
}

}  // namespace
}  // namespace causeway::runtime
