// The bus port's receiving half: one group's reading of one topic. What was read twice, what is finished and what is
// written down is the runner's business; a reader only brings events in the order of their lane.
//
// A lane is a shard of the log, or a partition of a broker. A position in it is the log's, or the broker's offset + 1,
// so that both begin at 1 and "everything at or below" means the same: the low position of a partition is the next
// offset to read, as brokers commit it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "events/log_reader.h"
#include "events/subscription/settings.h"
#include "events/topic.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::events {

/// Where an event lay in the store that relayed it: the record's headers causeway-store, -shard and -position. A relay
/// that starts again may send some twice; groups drop those at or below what they have of (lane, store, shard), if they
/// are the same events: headers can be copied.
struct Origin {
  std::string store_id;
  std::uint32_t shard = 0;
  Position position = 0;
};

struct ReadItem {
  std::uint32_t lane = 0;
  StoredEvent event;  ///< its position is the lane's
  std::optional<Origin> origin;
};

/// Events that nobody will see: the broker's retention took them before the group had them.
struct LostRange {
  std::uint32_t lane = 0;
  Position from = 0;
  Position to = 0;
};

struct ReadWish {
  std::size_t limit = 0;
  std::size_t max_bytes = 0;
};

struct ReadBatch {
  std::vector<ReadItem> items;  ///< ascending within each lane, behind everything that was read before
  std::vector<LostRange> lost;
  bool more = false;  ///< there may be more at once: the wish was the limit
  /// Not empty: the bus ends before what the group has read, in these words. The topic was made anew, or brokers have
  /// lost what they had acknowledged. Nobody but an operator can say which of its records are known: the group pauses.
  std::string behind;
  std::uint32_t lanes = 0;  ///< how many there are now; more than before: new ones begin at position 0
};

/// How far a group is behind.
struct GroupBacklog {
  std::int64_t events = 0;            ///< beyond the low positions
  std::int64_t oldest_stored_at = 0;  ///< unix milliseconds, of the first that was not read; 0: not known, or none
};

/// What a reader is made from. Everything outlives it. `wake`: there may be something to read; any thread, often; never
/// after the reader is destroyed.
struct ReaderContext {
  std::string group;
  std::shared_ptr<const Topic> topic;
  runtime::Worker& worker;
  telemetry::Metrics& metrics;
  std::function<void()> wake;
  /// Of this process's place in its groups, the same after a restart and no other process's: the store's id. Empty:
  /// there is no such name, a process that starts again is a new one to the bus.
  std::string member = {};
};

/// On its worker's thread, one call at a time, but for the destructor, which may run anywhere once nothing is awaited.
class GroupReader {
 public:
  /// Leaves the group. Blocks at most a moment.
  virtual ~GroupReader() = default;

  /// Where a new group begins: the low position of each lane, for `earliest`, or for what was stored after `at`.
  /// Errors (kStoreRefused or what fits, `internal` says why): the bus cannot say now; ask again later.
  virtual Task<Result<std::vector<Position>>> starts(Start start, WallTime at) = 0;
  /// Once, before the first read: everything at or below is done with. By lane.
  virtual void begin(std::span<const Position> low) = 0;
  /// Never waits for events to come: an empty batch says that there are none now. Errors: ask again later.
  virtual Task<Result<ReadBatch>> read(ReadWish wish) = 0;
  /// The low position of a lane is durable in the store.
  virtual void settled(std::uint32_t lane, Position low) = 0;
  virtual Task<Result<GroupBacklog>> backlog() = 0;
};

}  // namespace causeway::events
