#include "resilience/call_window.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

namespace causeway::resilience {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow(1h);

std::array<std::uint32_t, 3> counts(const CallWindow& window, std::uint32_t epoch, std::uint32_t size) {
  const auto counts = window.count(epoch, size);
  return {counts.calls, counts.failures, counts.slow};
}

using Three = std::array<std::uint32_t, 3>;

TEST(CallWindow, CountsTheNewestCallsOfAllWorkersByTime) {
  CallWindow window(3);
  // Worker 0 failed long ago, worker 1 was slow, worker 2 is busy now.
  for (int i = 0; i < 10; ++i) window.add(0, 0, 20, kNow + i * 1ms, true, false);
  for (int i = 0; i < 10; ++i) window.add(1, 0, 20, kNow + 1s + i * 1ms, false, true);
  EXPECT_EQ(counts(window, 0, 20), (Three{20, 10, 10}));
  for (int i = 0; i < 5; ++i) window.add(2, 0, 20, kNow + 2s + i * 1ms, true, true);
  EXPECT_EQ(counts(window, 0, 20), (Three{20, 10, 15}));
  EXPECT_EQ(counts(window, 0, 16), (Three{16, 6, 15}));
  for (int i = 0; i < 30; ++i) window.add(2, 0, 20, kNow + 3s, false, false);
  EXPECT_EQ(counts(window, 0, 20), (Three{20, 0, 0}));
}

TEST(CallWindow, IsEmptyInANewEpoch) {
  CallWindow window(2);
  window.add(0, 0, 10, kNow, true, false);
  window.add(1, 0, 10, kNow, true, false);
  EXPECT_EQ(counts(window, 1, 10), (Three{0, 0, 0}));
  window.add(1, 1, 10, kNow + 1ms, false, false);
  EXPECT_EQ(counts(window, 1, 10), (Three{1, 0, 0}));
  EXPECT_EQ(counts(window, 0, 10), (Three{1, 1, 0}));
}

TEST(CallWindow, KeepsWhatItCanWhenItsSizeChanges) {
  CallWindow window(1);
  for (int i = 0; i < 100; ++i) window.add(0, 0, 10, kNow + i * 1ms, true, false);
  EXPECT_EQ(counts(window, 0, 10), (Three{10, 10, 0}));
  EXPECT_EQ(counts(window, 0, 4), (Three{4, 4, 0}));
  window.add(0, 0, 1000, kNow + 1s, false, false);
  const auto [calls, failures, slow] = counts(window, 0, 1000);
  EXPECT_GE(calls, 11u);
  EXPECT_EQ(failures, calls - 1);
  EXPECT_EQ(slow, 0u);
  for (int i = 0; i < 2000; ++i) window.add(0, 0, 1000, kNow + 2s, false, false);
  EXPECT_EQ(counts(window, 0, 1000), (Three{1000, 0, 0}));
}

TEST(CallWindow, AgreesWithAQueueOfResults) {
  struct Result {
    bool failure, slow;
  };
  std::mt19937 random(7);
  CallWindow window(4);
  std::deque<Result> queue;
  std::uint32_t size = 50;
  SteadyTime now = kNow;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 1000 == 0) size = 1 + random() % 200;
    now += Duration(1 + random() % 1000);
    const Result result{random() % 3 == 0, random() % 5 == 0};
    window.add(random() % 4, 0, size, now, result.failure, result.slow);
    queue.push_back(result);
    // What was forgotten under a small window may be missing under a larger one: compared from where it is full again.
    Three expected{0, 0, 0};
    const std::uint32_t least = std::min<std::uint32_t>(size, 20);
    for (auto each = queue.rbegin(); each != queue.rend() && expected[0] < least; ++each) {
      ++expected[0];
      if (each->failure) ++expected[1];
      if (each->slow) ++expected[2];
    }
    ASSERT_EQ(counts(window, 0, least), expected) << i;
  }
}

TEST(CallWindow, IsReadWhileItIsWritten) {
  constexpr std::size_t kWorkers = 4;
  CallWindow window(kWorkers);
  std::atomic<bool> stop{false};
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < kWorkers; ++worker)
    workers.emplace_back([&, worker] {
      // Every call fails and is slow; the window grows now and then.
      SteadyTime now = kNow;
      for (std::uint32_t i = 0; !stop.load(std::memory_order_relaxed); ++i)
        window.add(worker, 0, 16 + i % 100'000 / 1000, now += 1us, true, true);
    });
  for (int i = 0; i < 20'000; ++i) {
    const auto counts = window.count(0, 64);
    ASSERT_LE(counts.calls, 64u);
    ASSERT_EQ(counts.failures, counts.calls);
    ASSERT_EQ(counts.slow, counts.calls);
  }
  stop = true;
  for (std::thread& worker : workers) worker.join();
}

}  // namespace
}  // namespace causeway::resilience
