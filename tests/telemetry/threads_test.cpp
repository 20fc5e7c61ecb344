// What several threads do at once, mainly for ThreadSanitizer.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "telemetry/byte_ring.h"
#include "telemetry/exposition.h"
#include "telemetry/lines.h"
#include "telemetry/metrics.h"

namespace causeway::telemetry {
namespace {

TEST(Threads, ScrapesNeverDisturbWriters) {
  constexpr int kWriters = 4;
  constexpr int kRounds = 20'000;
  Metrics metrics;
  const Counter counter = metrics.counter("c_total", "c");
  const Histogram latency = metrics.histogram("h_seconds", "h");
  const CounterTable table = metrics.counter_table("t_total", "t", {"a"}, 1024);
  std::vector<LabelId> ids;
  for (int i = 0; i < 500; ++i) ids.push_back(metrics.intern(std::to_string(i)));

  std::atomic<int> running{kWriters};
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, shard = &metrics.add_shard()] {
      for (int i = 0; i < kRounds; ++i) {
        shard->add(counter);
        shard->observe(latency, 0.5);
        shard->add(table, {ids[static_cast<std::size_t>(i) % ids.size()]});
      }
      --running;
    });
  }
  std::thread reloads([&] {
    for (int i = 0; running > 0; ++i) metrics.counter("more_total", "m", {{"route", std::to_string(i % 3000)}});
  });
  double last = 0;
  while (running > 0) {
    for (const auto& family : metrics.collect()) {
      if (family.name != "c_total") continue;
      EXPECT_GE(family.metric[0].counter.value, last);
      last = family.metric[0].counter.value;
    }
  }
  for (auto& writer : writers) writer.join();
  reloads.join();

  double rows = 0;
  for (const auto& family : metrics.collect()) {
    if (family.name == "c_total") EXPECT_EQ(family.metric[0].counter.value, kWriters * kRounds);
    if (family.name == "h_seconds") EXPECT_EQ(family.metric[0].histogram.sample_count, kWriters * kRounds);
    if (family.name == "t_total") {
      EXPECT_EQ(family.metric.size(), ids.size());
      for (const auto& metric : family.metric) rows += metric.counter.value;
    }
  }
  EXPECT_EQ(rows, kWriters * kRounds);
}

TEST(Threads, RingKeepsEveryMessageInOrder) {
  constexpr std::size_t kMessages = 100'000;
  ByteRing ring(4096);
  std::thread writer([&] {
    for (std::size_t i = 0; i < kMessages;) {
      const std::string message = std::to_string(i) + std::string(i % 200, 'x');
      char* out = ring.reserve(message.size());
      if (!out) {
        std::this_thread::yield();
        continue;
      }
      std::copy(message.begin(), message.end(), out);
      ring.commit();
      ++i;
    }
  });
  for (std::size_t i = 0; i < kMessages;) {
    const auto message = ring.front(ring.mark());
    if (message.empty()) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(message, std::to_string(i) + std::string(i % 200, 'x'));
    ring.pop();
    ++i;
  }
  writer.join();
}

TEST(Threads, LogAccountsForEveryRecord) {
  constexpr int kWriters = 3;
  constexpr int kRecords = 5'000;
  LogUnderTest under;
  under.log.start();
  std::atomic<long> refused{0};
  std::atomic<int> running{kWriters};
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, calls = &under.log.add_call_log(1 << 16)] {
      for (int i = 0; i < kRecords; ++i) {
        if (!calls->write(i % 3 == 0 ? failed_call() : sample_call())) ++refused;
      }
      --running;
    });
  }
  LogSettings settings;
  long process_lines = 0;
  while (running > 0) {
    settings.calls.bodies.limit = ByteSize{bytes(settings.calls.bodies.limit) ^ 1};
    under.log.configure(settings);
    under.log.write(Level::kInfo, "reloaded");
    ++process_lines;
    EXPECT_FALSE(under.metrics.text().empty());
  }
  for (auto& writer : writers) writer.join();
  under.log.stop();

  const std::string text = under.written.str();
  const std::string metric = under.metrics.text();
  const long lines = std::count(text.begin(), text.end(), '\n');
  const long dropped = std::stol(metric.substr(metric.rfind(' ')));
  EXPECT_EQ(lines + dropped, kWriters * kRecords + process_lines);
  EXPECT_GE(dropped, refused.load());
}

}  // namespace
}  // namespace causeway::telemetry
