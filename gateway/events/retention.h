// Retention: events leave when they are older than their topic's retention and every group has them (correctness.md,
// "Log and order"), in slices, so that intake never waits long for the writer.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "events/event_log.h"
#include "runtime/worker.h"
#include "store/store.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// One slice, of whichever topics have something to trim; also of those that left the configuration, by their last
/// known retention.
///
/// Reads the groups' table `cursor (grp, topic, shard, low_pos)`: an event leaves when its position is at or below the
/// low_pos of every group of its topic; a group without a row for a shard has read nothing of it. What is retried, held
/// or dead has its own copy and holds nothing back.
///
/// Of a topic on a bus the store is only the way there: an event leaves kRelayed after it was stored, once it is on the
/// bus, whatever its retention and its groups say. What the bus has refused stays as long as its id is known.
///
/// An eventId is remembered for the retention or kMemory, whichever is longer: where an event leaves sooner only
/// headers and body leave at first.
class Trim final : public store::Change {
 public:
  static constexpr std::size_t kSliceEvents = 2'000;
  static constexpr std::int64_t kSliceBytes = 32 << 20;  ///< of bodies
  static constexpr Duration kMemory = std::chrono::hours(24);
  static constexpr Duration kRelayed = std::chrono::hours(24);

  explicit Trim(WallTime now) : now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override;

  /// Events that left, by topic; topics without any are left out.
  const std::map<std::string, std::int64_t>& trimmed() const { return trimmed_; }
  /// A whole slice: there may be more.
  bool full() const { return full_; }

 private:
  struct Budget;

  const WallTime now_;
  std::map<std::string, std::int64_t> trimmed_;
  bool full_ = false;
};

/// Trims every minute on the control worker, and more often while there is much. Counts
/// causeway_events_trimmed_total{topic}.
class Retention {
 public:
  static constexpr Duration kPeriod = std::chrono::minutes(1);
  static constexpr Duration kPause = std::chrono::milliseconds(50);  ///< between slices while they are full

  /// Everything given outlives it. The store ends before `control` is destroyed.
  Retention(EventLog& log, runtime::Worker& control, telemetry::Metrics& metrics, telemetry::LogThread& lines);
  /// From then on nothing is given to the store; a slice that it has ends by itself. Any thread, as `take`.
  ~Retention();
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  /// After a configuration was registered (RegisterTopics, which wrote down its retention): a pass begins now.
  void take(std::shared_ptr<const TopicTable> topics);

 private:
  class Runner;
  runtime::Worker& control_;
  std::shared_ptr<Runner> runner_;
};

}  // namespace causeway::events
