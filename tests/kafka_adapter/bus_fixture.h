// A bus on the program's broker, a relay's half and groups' halves of it in the hands of a test.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/kafka_bus.h"
#include "events/bus.h"
#include "fakes/run_task.h"
#include "kafka_adapter/broker.h"
#include "runtime/worker.h"

namespace causeway::kafka {

using events::SendReport;
using Seconds = std::chrono::seconds;

inline constexpr Seconds kGuard{60};

/// Only a guard against a test that would hang: nothing takes so long when it works.
inline bool wait_for(const std::function<bool()>& condition, Duration guard = kGuard) {
  const auto end = std::chrono::steady_clock::now() + guard;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

class BusTest : public testing::Test {
 protected:
  virtual KafkaSettings settings() {
    KafkaSettings settings;
    settings.brokers.push_back(*net::parse_host_port(broker().address()));
    return settings;
  }
  virtual Broker& broker() { return Broker::shared(); }

  void SetUp() override { open(); }
  void TearDown() override {
    readers_.clear();
    producer_.reset();
    bus_.reset();
  }

  void open() { bus_ = std::make_unique<KafkaBus>(settings(), "test", metrics_, lines_); }

  /// Names are not used twice on a broker.
  static std::string fresh(const std::string& name) {
    static int next = 0;
    return name + '-' + std::to_string(::getpid()) + '-' + std::to_string(++next);
  }

  std::shared_ptr<const events::Topic> topic(const std::string& name, std::uint32_t partitions = 1,
                                             const std::function<void(events::TopicSettings&)>& change = {}) {
    events::TopicSettings settings;
    settings.name.value = name;
    settings.bus = events::BusKind::kKafka;
    settings.kafka.partitions = partitions;
    if (change) change(settings);
    return events::TopicTable({settings}, metrics_).find(name);
  }
  /// There, and known to the producer.
  std::shared_ptr<const events::Topic> made(const std::string& name, std::uint32_t partitions = 1,
                                            const std::function<void(events::TopicSettings&)>& change = {}) {
    auto its = topic(name, partitions, change);
    EXPECT_TRUE(wait_for([&] { return producer().resolve(*its, Seconds(5)).ok(); }));
    return its;
  }

  events::BusProducer& producer() {
    if (!producer_) {
      producer_ = bus_->make_producer();
      wake_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
      producer_->wake_by(wake_fd_);
    }
    return *producer_;
  }

  static events::StoredEvent event(events::Position position, std::string key = {}, std::string body = {}) {
    events::StoredEvent event;
    event.position = position;
    event.event_id = "e-" + std::to_string(position);
    event.source = "oms";
    event.type = "ORDER_CREATED";
    event.key = std::move(key);
    event.stored_at = unix_milliseconds(SystemClock().wall());
    event.headers = "{}";
    event.body = body.empty() ? R"({"eventId":"e-)" + std::to_string(position) + R"("})" : std::move(body);
    return event;
  }
  events::BusProducer::Sent send(const events::Topic& topic, std::uint32_t partition,
                                 const events::StoredEvent& event) {
    return producer().send({topic, partition, "store-1", 0, event}, static_cast<std::uint64_t>(event.position));
  }
  /// Sends what fits, waits for `count` reports in all.
  std::vector<SendReport> reports(std::size_t count, Duration guard = kGuard) {
    std::vector<SendReport> all;
    wait_for(
        [&] {
          producer().reports(all);
          return all.size() >= count;
        },
        guard);
    return all;
  }
  void publish(const events::Topic& topic, std::uint32_t partition, events::Position from, events::Position to) {
    for (events::Position at = from; at <= to; ++at)
      ASSERT_EQ(send(topic, partition, event(at)), events::BusProducer::Sent::kQueued);
    for (const SendReport& report : reports(static_cast<std::size_t>(to - from + 1)))
      ASSERT_EQ(report.outcome, SendReport::Outcome::kTaken) << report.reason;
  }

  events::GroupReader& reader(const std::string& group, const std::shared_ptr<const events::Topic>& topic) {
    auto& its = readers_[group];
    its = bus_->make_reader({group, topic, worker_, metrics_, [this] { ++wakes_; }});
    return *its;
  }
  void close(const std::string& group) { readers_.erase(group); }

  std::vector<events::Position> starts(events::GroupReader& reader, events::Start start, WallTime at = {}) {
    std::vector<events::Position> lows;
    EXPECT_TRUE(wait_for([&] {
      auto answer = fakes::run(worker_, reader.starts(start, at));
      if (answer) lows = *answer;
      return answer.ok();
    }));
    return lows;
  }
  /// Reads until there are `count` items and lost ranges.
  events::ReadBatch read(events::GroupReader& reader, std::size_t count, Duration guard = kGuard) {
    events::ReadBatch all;
    wait_for(
        [&] {
          auto batch = fakes::run(worker_, reader.read({.limit = 500, .max_bytes = 1 << 20}));
          if (!batch) return false;
          for (auto& item : batch->items) all.items.push_back(std::move(item));
          for (auto& lost : batch->lost) all.lost.push_back(lost);
          all.lanes = batch->lanes;
          return all.items.size() + all.lost.size() >= count;
        },
        guard);
    return all;
  }
  static std::vector<std::string> ids(const events::ReadBatch& batch) {
    std::vector<std::string> all;
    for (const auto& item : batch.items) all.push_back(std::to_string(item.lane) + ':' + item.event.event_id);
    return all;
  }
  static std::vector<std::string> expected(std::uint32_t lane, events::Position from, events::Position to) {
    std::vector<std::string> all;
    for (auto at = from; at <= to; ++at) all.push_back(std::to_string(lane) + ":e-" + std::to_string(at));
    return all;
  }

  /// What a tool of the broker's world prints; kcat's own place is the broker's address.
  std::string tool(const std::string& command) {
    std::string out;
    FILE* const pipe = ::popen(("kcat -b " + broker().address() + ' ' + command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return out;
    for (char buffer[4096]; const std::size_t size = ::fread(buffer, 1, sizeof buffer, pipe);) out.append(buffer, size);
    ::pclose(pipe);
    return out;
  }
  double metric(const std::string& line) {
    const std::string text = metrics_.text();
    const std::size_t at = text.find("\n" + line + ' ');
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }
  static std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  std::string log() {
    lines_.drain();
    return written_.str();
  }

  SystemClock clock_;
  telemetry::Metrics metrics_;
  std::ostringstream written_;
  telemetry::LogThread lines_{std::make_shared<spdlog::sinks::ostream_sink_mt>(written_), {}, clock_, metrics_};
  runtime::Worker worker_{0, "worker", clock_};
  std::atomic<int> wakes_{0};
  std::unique_ptr<KafkaBus> bus_;
  std::unique_ptr<events::BusProducer> producer_;
  int wake_fd_ = -1;
  std::map<std::string, std::unique_ptr<events::GroupReader>> readers_;
};

}  // namespace causeway::kafka
