// A bus in memory: what it has taken, by topic and partition, and what a test lets it do. The test's and the relay's
// thread may both call it.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "events/bus.h"

namespace causeway::fakes {

class FakeBus final : public events::Bus {
 public:
  using Sent = events::BusProducer::Sent;
  using Outcome = events::SendReport::Outcome;

  /// What a topic is on the broker; absent: it is not known there.
  void make_topic(const std::string& name, std::uint32_t partitions, std::uint64_t record_bytes = 0) {
    const std::lock_guard lock(mutex_);
    topics_[name] = {partitions, record_bytes};
  }
  void remove_topic(const std::string& name) {
    const std::lock_guard lock(mutex_);
    topics_.erase(name);
  }
  /// While true, whatever is sent is taken and reported at once.
  void set_answering(bool answering) {
    const std::lock_guard lock(mutex_);
    answering_ = answering;
    if (answering)
      while (!in_flight_.empty()) take_in(0);
  }
  void set_capacity(std::size_t capacity) {
    const std::lock_guard lock(mutex_);
    capacity_ = capacity;
  }
  /// Partitions that take nothing for now.
  void hold(std::uint32_t partition) {
    const std::lock_guard lock(mutex_);
    held_.insert(partition);
  }
  void release(std::uint32_t partition) {
    const std::lock_guard lock(mutex_);
    held_.erase(partition);
    for (std::size_t i = 0; i < in_flight_.size();)
      if (in_flight_[i].partition == partition) take_in(i);
      else ++i;
  }
  /// Events of these ids are never taken: by `send`, or by a report.
  void refuse_at_once(const std::string& event_id) {
    const std::lock_guard lock(mutex_);
    refused_at_once_.insert(event_id);
  }
  void refuse(const std::string& event_id) {
    const std::lock_guard lock(mutex_);
    refused_.insert(event_id);
  }
  /// Takes what is in flight of one partition, as far as `count`.
  void take(std::uint32_t partition, std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < in_flight_.size() && count > 0;)
      if (in_flight_[i].partition == partition) {
        take_in(i);
        --count;
      } else {
        ++i;
      }
  }
  /// Everything in flight fails; of it the first `there` are on the bus nevertheless.
  void fail(std::size_t there = 0) {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    for (; !in_flight_.empty(); in_flight_.pop_front()) {
      const InFlight& event = in_flight_.front();
      if (there > 0 && there-- > 0) log_[event.topic][event.partition].push_back(event.text);
      report({event.token, Outcome::kFailed, {}, "broker is gone"});
    }
  }

  std::vector<std::string> log(const std::string& topic, std::uint32_t partition) {
    const std::lock_guard lock(mutex_);
    return log_[topic][partition];
  }
  /// Of all partitions.
  std::size_t taken(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    std::size_t all = 0;
    for (const auto& [partition, events] : log_[topic]) all += events.size();
    return all;
  }
  std::size_t in_flight() {
    const std::lock_guard lock(mutex_);
    return in_flight_.size();
  }
  std::size_t in_flight_bytes() {
    const std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    for (const InFlight& event : in_flight_) bytes += event.size;
    return bytes;
  }
  std::size_t sends() {
    const std::lock_guard lock(mutex_);
    return sends_;
  }
  std::size_t resolves() {
    const std::lock_guard lock(mutex_);
    return resolves_;
  }
  std::size_t rebuilds() {
    const std::lock_guard lock(mutex_);
    return rebuilds_;
  }

  events::BusKind kind() const override { return events::BusKind::kKafka; }
  std::unique_ptr<events::BusProducer> make_producer() override { return std::make_unique<Producer>(*this); }
  std::unique_ptr<events::GroupReader> make_reader(events::ReaderContext) override { return nullptr; }
  bool reachable() const override { return true; }

 private:
  struct InFlight {
    std::string topic;
    std::uint32_t partition = 0;
    std::uint64_t token = 0;
    std::string text;
    std::string event_id;
    std::size_t size = 0;
  };

  class Producer final : public events::BusProducer {
   public:
    explicit Producer(FakeBus& bus) : bus_(bus) {}
    // Another start begins with nothing in flight.
    ~Producer() override {
      const std::lock_guard lock(bus_.mutex_);
      bus_.event_fd_ = -1;
      bus_.in_flight_.clear();
      bus_.reports_.clear();
      bus_.broken_ = false;
    }
    Result<events::BusTopic> resolve(const events::Topic& topic, Duration) override {
      const std::lock_guard lock(bus_.mutex_);
      ++bus_.resolves_;
      const auto found = bus_.topics_.find(topic.settings.kafka_name());
      if (found == bus_.topics_.end()) return Error(Code::kStoreRefused, "unknown topic");
      return found->second;
    }
    Sent send(const events::OutgoingEvent& event, std::uint64_t token) override { return bus_.send(event, token); }
    void reports(std::vector<events::SendReport>& out) override {
      const std::lock_guard lock(bus_.mutex_);
      for (events::SendReport& report : bus_.reports_) out.push_back(std::move(report));
      bus_.reports_.clear();
    }
    void wake_by(int event_fd) override {
      const std::lock_guard lock(bus_.mutex_);
      bus_.event_fd_ = event_fd;
    }
    void rebuild() override {
      const std::lock_guard lock(bus_.mutex_);
      ++bus_.rebuilds_;
      bus_.in_flight_.clear();
      bus_.reports_.clear();
      bus_.broken_ = false;
    }
    bool healthy() const override {
      const std::lock_guard lock(bus_.mutex_);
      return !bus_.broken_;
    }

   private:
    FakeBus& bus_;
  };

  Sent send(const events::OutgoingEvent& event, std::uint64_t token) {
    const std::lock_guard lock(mutex_);
    if (broken_) return Sent::kBroken;
    if (in_flight_.size() >= capacity_) return Sent::kFull;
    if (refused_at_once_.contains(event.event.event_id)) return Sent::kRefused;
    ++sends_;
    in_flight_.push_back(
        {event.topic.settings.kafka_name(), event.partition, token,
         std::to_string(event.shard) + ':' + std::to_string(event.event.position) + ' ' + event.event.event_id,
         event.event.event_id, event.event.body.size()});
    if (answering_ && !held_.contains(event.partition)) take_in(in_flight_.size() - 1);
    return Sent::kQueued;
  }
  void take_in(std::size_t index) {
    const InFlight event = std::move(in_flight_[index]);
    in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(index));
    if (refused_.contains(event.event_id)) return report({event.token, Outcome::kRefused, {}, "too large"});
    auto& log = log_[event.topic][event.partition];
    log.push_back(event.text);
    report({event.token, Outcome::kTaken, {event.partition, static_cast<std::int64_t>(log.size()) - 1}, ""});
  }
  void report(events::SendReport report) {
    reports_.push_back(std::move(report));
    const std::uint64_t one = 1;
    if (event_fd_ >= 0) [[maybe_unused]]
      const auto written = write(event_fd_, &one, sizeof one);
  }

  mutable std::mutex mutex_;
  std::map<std::string, events::BusTopic> topics_;
  bool answering_ = true;
  bool broken_ = false;
  std::size_t capacity_ = 1'000'000;
  std::set<std::uint32_t> held_;
  std::set<std::string> refused_at_once_;
  std::set<std::string> refused_;
  std::map<std::string, std::map<std::uint32_t, std::vector<std::string>>> log_;
  std::deque<InFlight> in_flight_;
  std::vector<events::SendReport> reports_;
  std::size_t sends_ = 0;
  std::size_t resolves_ = 0;
  std::size_t rebuilds_ = 0;
  int event_fd_ = -1;
};

}  // namespace causeway::fakes
