// One topic in the relay: its shards, what is known of it on the bus, and what an operator sees of its outbox.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/bus.h"
#include "events/relay/inbox.h"
#include "events/relay/lane_window.h"
#include "events/relay/window_share.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// Counted up to and written by the relay's thread, read by whoever scrapes.
struct OutboxGauges {
  std::atomic<std::int64_t> pending{0};           ///< events that are stored and not on the bus
  std::atomic<std::int64_t> oldest_stored_at{0};  ///< unix milliseconds; 0: there is none
};

struct RelayLane {
  std::int64_t id = 0;
  std::uint32_t shard = 0;
  std::size_t index = 0;  ///< the relay's own number of it, a part of tokens; never used again
  Position end = 0;       ///< the last that is known to be stored
  LaneWindow window;
  std::deque<StoredEvent> unsent;  ///< read, and the bus was full
  Position settled = 0;            ///< `window.low()` as it was last given to the store
};

struct RelayTopic {
  std::shared_ptr<const Topic> topic;
  std::int64_t id = 0;
  std::uint32_t number = 0;  ///< of Waiters
  bool configured = true;    ///< false: it leaves when its outbox is empty
  std::vector<RelayLane> lanes;
  std::shared_ptr<RelayInbox::Mark> mark;

  BusTopic stored;               ///< in force: partitions 0 until the bus was asked and that is written down
  std::optional<BusTopic> said;  ///< what the bus says otherwise, not yet written down
  bool resolved = false;         ///< the bus was asked since it last failed
  SteadyTime resolve_at{};
  std::uint32_t failures = 0;  ///< of asking, in a row
  std::string problem;         ///< that was logged; empty: there is none
  SteadyTime say_again_at{};

  std::shared_ptr<OutboxGauges> gauges = std::make_shared<OutboxGauges>();
  std::vector<telemetry::Collected> collected;
  telemetry::Counter refused;

  /// May events be sent now? Not while it must be drained for another number of partitions.
  bool ready() const { return resolved && stored.partitions > 0 && (!said || said->partitions == stored.partitions); }
  WindowLoad load() const {
    WindowLoad load;
    for (const RelayLane& lane : lanes) {
      load.events += lane.window.held();
      load.bytes += lane.window.bytes();
    }
    return load;
  }
  bool drained() const {
    for (const RelayLane& lane : lanes)
      if (lane.window.held() > 0 || !lane.unsent.empty()) return false;
    return true;
  }
  std::int64_t pending() const {
    std::int64_t pending = 0;
    for (const RelayLane& lane : lanes) pending += std::max<Position>(0, lane.end - lane.window.low());
    return pending;
  }
};

}  // namespace causeway::events
