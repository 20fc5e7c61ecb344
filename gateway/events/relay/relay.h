// From the outbox to the bus: one thread that sends what was stored, in the order of its shard, and writes down how far
// it is (correctness.md, "Log and order").
//
// At least once: what was sent and not yet written down is sent again after a crash or a failure of the bus, in order;
// the record's headers tell groups which they have. Of each shard it goes on at the lowest that is not acknowledged.
#pragma once

#include <memory>

#include "events/bus.h"
#include "events/event_log.h"
#include "events/publications.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// One a process with a bus. `take` and `stop` come one at a time; `wait` from any worker.
class Relay final : public Publications {
 public:
  /// Everything outlives it.
  Relay(EventLog& log, Bus& bus, telemetry::Metrics& metrics, telemetry::LogThread& lines);
  /// Stops.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Topics of a configuration whose bus is this one, registered in the store. What they take as one record is from
  /// then on known at intake: what the bus takes at most, until a broker has said more. Topics that left go on until
  /// their outbox is empty. The thread starts with the first.
  void take(std::shared_ptr<const TopicTable> topics);
  /// Sends what is stored and writes down what is acknowledged, at most so long; then ends the thread. What is left is
  /// sent after the next start. May be called again.
  void stop(Duration patience);

  Task<std::vector<std::optional<BusPlace>>> wait(runtime::Worker& worker, std::shared_ptr<const Topic> topic,
                                                  std::span<const Receipt> receipts, Duration patience) override;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace causeway::events
