#include "resilience/breaker.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace causeway::resilience {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;
using Outcome = Breaker::Outcome;

const SteadyTime kNow(1h);
const BreakerSettings kSettings{.failure_rate = config::Percent{50},
                                .slow_call = 2s,
                                .slow_rate = config::Percent{100},
                                .window = 10,
                                .minimum_calls = 4,
                                .open_for = 30s,
                                .half_open_calls = 3};

class BreakerTest : public testing::Test {
 protected:
  /// One call, begun and ended at `now`, by the next worker in turn.
  std::optional<State> call(Outcome outcome, Duration took = 10ms) {
    const Breaker::Ticket ticket = breaker.admit(settings, now);
    EXPECT_TRUE(ticket.admitted);
    return end(ticket, outcome, took);
  }
  std::optional<State> end(const Breaker::Ticket& ticket, Outcome outcome, Duration took = 10ms) {
    now += 1us;
    return breaker.end(settings, worker++ % 3, ticket, outcome, took, now);
  }
  void open() {
    for (std::uint32_t i = 0; i < settings.minimum_calls; ++i) call(Outcome::kFailure);
    ASSERT_EQ(state(), State::kOpen);
  }
  void half_open(std::vector<Breaker::Ticket>& probes) {
    open();
    now += settings.open_for;
    for (std::uint32_t i = 0; i < settings.half_open_calls; ++i) probes.push_back(breaker.admit(settings, now));
    for (const Breaker::Ticket& probe : probes) ASSERT_TRUE(probe.admitted && probe.probe);
    ASSERT_EQ(state(), State::kHalfOpen);
  }
  State state() const { return breaker.state(settings); }
  std::array<std::uint32_t, 3> counts() const {
    const Breaker::Counts counts = breaker.counts(settings);
    return {counts.calls, counts.failures, counts.slow};
  }

  BreakerSettings settings = kSettings;
  Breaker breaker{3};
  SteadyTime now = kNow;
  std::size_t worker = 0;
};

using Three = std::array<std::uint32_t, 3>;

TEST_F(BreakerTest, OpensAtItsFailureRate) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(call(Outcome::kSuccess), std::nullopt);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(Outcome::kFailure), std::nullopt);
  EXPECT_EQ(counts(), (Three{7, 3, 0}));
  EXPECT_EQ(breaker.opened_at(settings), std::nullopt);
  EXPECT_EQ(call(Outcome::kFailure), State::kOpen);  // 4 of 8
  EXPECT_EQ(state(), State::kOpen);
  EXPECT_EQ(breaker.opened_at(settings), now);
  EXPECT_EQ(breaker.changes(), 1u);
  EXPECT_EQ(counts(), (Three{8, 4, 0}));
}

TEST_F(BreakerTest, StaysClosedBelowItsRate) {
  for (int i = 0; i < 100; ++i) {
    call(Outcome::kSuccess);
    call(Outcome::kSuccess);
    EXPECT_EQ(call(Outcome::kFailure), std::nullopt) << i;
  }
}

TEST_F(BreakerTest, StaysClosedUntilEnoughCallsAreKnown) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(Outcome::kFailure), std::nullopt);
  EXPECT_EQ(call(Outcome::kFailure), State::kOpen);
}

TEST_F(BreakerTest, LooksAtTheLastCallsOnly) {
  for (int i = 0; i < 5; ++i) call(Outcome::kSuccess);
  for (int i = 0; i < 4; ++i) call(Outcome::kFailure);
  for (int i = 0; i < 6; ++i) call(Outcome::kSuccess);
  EXPECT_EQ(counts(), (Three{10, 4, 0}));
  call(Outcome::kSuccess);
  EXPECT_EQ(counts(), (Three{10, 3, 0}));
  EXPECT_EQ(call(Outcome::kFailure), std::nullopt);  // 3 of 10
}

TEST_F(BreakerTest, OpensWhereItsCallsAreSlow) {
  settings.slow_rate = config::Percent{75};
  call(Outcome::kSuccess, 1999ms);
  EXPECT_EQ(call(Outcome::kSuccess, 2s), std::nullopt);
  EXPECT_EQ(call(Outcome::kSuccess, 3s), std::nullopt);
  EXPECT_EQ(counts(), (Three{3, 0, 2}));
  EXPECT_EQ(call(Outcome::kSuccess, 3s), State::kOpen);
}

TEST_F(BreakerTest, LearnsNothingFromACallerWhoLeft) {
  for (int i = 0; i < 100; ++i) call(Outcome::kNone, 5s);
  EXPECT_EQ(counts(), (Three{0, 0, 0}));
}

TEST_F(BreakerTest, SaysHowLongItStaysOpen) {
  open();
  const SteadyTime opened = now;
  now += 10s;
  const Breaker::Ticket ticket = breaker.admit(settings, now);
  EXPECT_FALSE(ticket.admitted);
  EXPECT_EQ(ticket.retry_after, 20s);
  EXPECT_EQ(breaker.refusal(settings, now), 20s);
  EXPECT_TRUE(breaker.is_open(settings, now));
  EXPECT_EQ(end(ticket, Outcome::kFailure), std::nullopt);
  EXPECT_FALSE(breaker.admit(settings, opened + 30s - 1ns).admitted);
  EXPECT_EQ(breaker.refusal(settings, opened + 30s), std::nullopt);
  EXPECT_EQ(state(), State::kOpen);  // until somebody comes
  EXPECT_TRUE(breaker.admit(settings, opened + 30s).admitted);
  EXPECT_EQ(state(), State::kHalfOpen);
}

TEST_F(BreakerTest, HalfOpenAdmitsExactlyItsProbes) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  const Breaker::Ticket refused = breaker.admit(settings, now);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after, 1s);
  EXPECT_EQ(breaker.refusal(settings, now), 1s);
  EXPECT_EQ(end(probes[0], Outcome::kSuccess), std::nullopt);
  EXPECT_FALSE(breaker.admit(settings, now).admitted);
  EXPECT_EQ(counts(), (Three{3, 0, 0}));
}

TEST_F(BreakerTest, ClosesWithAnEmptyWindowWhenAllProbesSucceed) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  EXPECT_EQ(end(probes[2], Outcome::kSuccess), std::nullopt);
  EXPECT_EQ(end(probes[0], Outcome::kSuccess), std::nullopt);
  EXPECT_EQ(end(probes[1], Outcome::kSuccess), State::kClosed);
  EXPECT_EQ(state(), State::kClosed);
  EXPECT_EQ(counts(), (Three{0, 0, 0}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(Outcome::kFailure), std::nullopt);
  EXPECT_EQ(call(Outcome::kFailure), State::kOpen);
}

TEST_F(BreakerTest, OneFailedProbeOpensItAnew) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  end(probes[0], Outcome::kSuccess);
  now += 5s;
  EXPECT_EQ(end(probes[1], Outcome::kFailure), State::kOpen);
  EXPECT_EQ(breaker.opened_at(settings), now);
  EXPECT_EQ(counts(), (Three{3, 1, 0}));
  EXPECT_EQ(breaker.admit(settings, now).retry_after, 30s);
  EXPECT_EQ(end(probes[2], Outcome::kSuccess), std::nullopt);
  EXPECT_EQ(state(), State::kOpen);
}

TEST_F(BreakerTest, ProbesThatAreSlowOpenItAnewWhereTheRateSaysSo) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  EXPECT_EQ(end(probes[0], Outcome::kSuccess, 2s), std::nullopt);
  EXPECT_EQ(end(probes[1], Outcome::kSuccess, 2s), std::nullopt);
  EXPECT_EQ(end(probes[2], Outcome::kSuccess, 2s), State::kOpen);

  now += 30s;
  for (Breaker::Ticket& probe : probes) probe = breaker.admit(settings, now);
  end(probes[0], Outcome::kSuccess, 2s);
  end(probes[1], Outcome::kSuccess, 2s);
  EXPECT_EQ(end(probes[2], Outcome::kSuccess, 1s), State::kClosed);
}

TEST_F(BreakerTest, AProbeThatToldNothingGivesItsPlaceBack) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  EXPECT_EQ(end(probes[0], Outcome::kNone), std::nullopt);
  EXPECT_EQ(breaker.refusal(settings, now), std::nullopt);
  probes[0] = breaker.admit(settings, now);
  EXPECT_TRUE(probes[0].admitted && probes[0].probe);
  EXPECT_FALSE(breaker.admit(settings, now).admitted);
  end(probes[0], Outcome::kSuccess);
  end(probes[1], Outcome::kSuccess);
  EXPECT_EQ(end(probes[2], Outcome::kSuccess), State::kClosed);
}

TEST_F(BreakerTest, WhatBeganBeforeItChangedChangesNothing) {
  const Breaker::Ticket before = breaker.admit(settings, now);
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  EXPECT_EQ(end(before, Outcome::kFailure), std::nullopt);
  EXPECT_EQ(state(), State::kHalfOpen);
  for (const Breaker::Ticket& probe : probes) end(probe, Outcome::kSuccess);
  EXPECT_EQ(state(), State::kClosed);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(end(before, Outcome::kFailure), std::nullopt);
  EXPECT_EQ(counts(), (Three{0, 0, 0}));
}

TEST_F(BreakerTest, AnOldProbeIsNoneOfTheNewOnes) {
  std::vector<Breaker::Ticket> old;
  half_open(old);
  end(old[0], Outcome::kFailure);
  now += 30s;
  const Breaker::Ticket probe = breaker.admit(settings, now);
  EXPECT_EQ(end(old[1], Outcome::kFailure), std::nullopt);
  EXPECT_EQ(end(old[2], Outcome::kNone), std::nullopt);
  EXPECT_EQ(counts(), (Three{1, 0, 0}));
  EXPECT_EQ(end(probe, Outcome::kFailure), State::kOpen);
}

TEST_F(BreakerTest, SettingsMayChangeWhileItIsOpen) {
  open();
  now += 10s;
  EXPECT_EQ(breaker.admit(settings, now).retry_after, 20s);
  settings.open_for = 12s;
  EXPECT_EQ(breaker.admit(settings, now).retry_after, 2s);
  settings.open_for = 5s;
  EXPECT_TRUE(breaker.admit(settings, now).probe);
}

TEST_F(BreakerTest, MoreOrFewerProbesMayBeAskedForMeanwhile) {
  std::vector<Breaker::Ticket> probes;
  half_open(probes);
  settings.half_open_calls = 5;
  for (int i = 0; i < 2; ++i) probes.push_back(breaker.admit(settings, now));
  EXPECT_TRUE(probes.back().probe);
  EXPECT_FALSE(breaker.admit(settings, now).admitted);
  for (int i = 0; i < 4; ++i) end(probes[i], Outcome::kSuccess);
  EXPECT_EQ(state(), State::kHalfOpen);
  settings.half_open_calls = 4;
  EXPECT_EQ(breaker.refusal(settings, now), std::nullopt);
  const Breaker::Ticket next = breaker.admit(settings, now);
  EXPECT_TRUE(next.admitted);
  EXPECT_FALSE(next.probe);
  EXPECT_EQ(state(), State::kClosed);
}

TEST_F(BreakerTest, DisabledAdmitsAllAndGoesOnWhereItWas) {
  open();
  settings.enabled = false;
  EXPECT_EQ(state(), State::kClosed);
  EXPECT_EQ(breaker.refusal(settings, now), std::nullopt);
  EXPECT_EQ(breaker.opened_at(settings), std::nullopt);
  std::vector<Breaker::Ticket> tickets;
  for (int i = 0; i < 20; ++i) tickets.push_back(breaker.admit(settings, now));
  for (const Breaker::Ticket& ticket : tickets) {
    EXPECT_TRUE(ticket.admitted);
    EXPECT_EQ(end(ticket, Outcome::kFailure), std::nullopt);
  }
  settings.enabled = true;
  EXPECT_EQ(state(), State::kOpen);
}

TEST_F(BreakerTest, AnOperatorClosesIt) {
  const Breaker::Ticket before = breaker.admit(settings, now);
  open();
  breaker.reset();
  EXPECT_EQ(state(), State::kClosed);
  EXPECT_EQ(end(before, Outcome::kFailure), std::nullopt);
  EXPECT_EQ(counts(), (Three{0, 0, 0}));
  for (int i = 0; i < 2; ++i) call(Outcome::kFailure);
  breaker.reset();
  EXPECT_EQ(counts(), (Three{0, 0, 0}));
}

/// Four workers as threads.
template <class Work>
void on_workers(Work work) {
  constexpr std::size_t kWorkers = 4;
  std::latch start(kWorkers);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker)
    threads.emplace_back([&, worker] {
      start.arrive_and_wait();
      work(worker);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(BreakerOfManyWorkers, AdmitsExactlyItsProbesEachTime) {
  BreakerSettings settings = kSettings;
  settings.half_open_calls = 5;
  Breaker breaker(4);
  SteadyTime now = kNow;
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> opened{0};
    on_workers([&](std::size_t worker) {
      for (int i = 0; i < 20; ++i) {
        const auto ticket = breaker.admit(settings, now);
        if (breaker.end(settings, worker, ticket, Outcome::kFailure, 1ms, now) == State::kOpen) ++opened;
      }
    });
    ASSERT_EQ(opened, 1);
    now += settings.open_for;
    std::atomic<int> probes{0};
    std::atomic<int> closed{0};
    std::atomic<int> given_back{0};
    on_workers([&](std::size_t worker) {
      std::vector<Breaker::Ticket> mine;
      for (int i = 0; i < 20; ++i) {
        const auto ticket = breaker.admit(settings, now);
        if (!ticket.admitted) continue;
        if (i % 3 == 1) {
          ++given_back;
          breaker.end(settings, worker, ticket, Outcome::kNone, 1ms, now);
          continue;
        }
        ++probes;
        mine.push_back(ticket);
      }
      for (const auto& ticket : mine)
        if (breaker.end(settings, worker, ticket, Outcome::kSuccess, 1ms, now) == State::kClosed) ++closed;
    });
    if (breaker.state(settings) == State::kHalfOpen) {  // a place was given back when all others had stopped asking
      while (breaker.state(settings) == State::kHalfOpen) {
        const auto ticket = breaker.admit(settings, now);
        ASSERT_TRUE(ticket.admitted && ticket.probe);
        ++probes;
        if (breaker.end(settings, 0, ticket, Outcome::kSuccess, 1ms, now) == State::kClosed) ++closed;
      }
    }
    ASSERT_EQ(closed, 1);
    ASSERT_GE(probes, 5);
    now += 1s;
  }
}

TEST(BreakerOfManyWorkers, NeverHasMoreProbesUnderWayThanItMay) {
  BreakerSettings settings = kSettings;
  settings.half_open_calls = 7;
  for (int round = 0; round < 200; ++round) {
    Breaker breaker(4);
    for (int i = 0; i < 4; ++i) breaker.end(settings, 0, breaker.admit(settings, kNow), Outcome::kFailure, 1ms, kNow);
    ASSERT_EQ(breaker.state(settings), State::kOpen);
    std::atomic<int> admitted{0};
    on_workers([&](std::size_t) {
      for (int i = 0; i < 10; ++i)
        if (breaker.admit(settings, kNow + 1min).admitted) ++admitted;
    });
    ASSERT_EQ(admitted, 7);
  }
}

TEST(BreakerOfManyWorkers, OpensWithTheCallThatReachesTheRate) {
  // Every second call fails, one after the other but on changing threads: it opens at exactly the same call each time.
  BreakerSettings settings = kSettings;
  settings.window = 100;
  settings.minimum_calls = 20;
  Breaker breaker(4);
  std::atomic<int> turn{0};
  std::atomic<int> opened_by{-1};
  on_workers([&](std::size_t worker) {
    for (;;) {
      int mine = turn.load();
      while (mine < 40 && mine % 4 != static_cast<int>(worker)) {
        std::this_thread::yield();
        mine = turn.load();
      }
      if (mine >= 40) return;
      const SteadyTime now = kNow + mine * 1ms;
      const auto ticket = breaker.admit(settings, now);
      const Outcome outcome = mine % 2 == 1 ? Outcome::kFailure : Outcome::kSuccess;
      if (breaker.end(settings, worker, ticket, outcome, 1ms, now) == State::kOpen) opened_by = mine;
      turn.store(mine + 1);
    }
  });
  EXPECT_EQ(opened_by, 19);
}

}  // namespace
}  // namespace causeway::resilience
