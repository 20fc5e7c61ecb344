// Reading the log: what a subscription, the relay to a broker and the admin API see of stored events.
#pragma once

#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "events/bus_place.h"
#include "events/topic.h"
#include "store/store.h"

namespace causeway::events {

struct StoredEvent {
  Position position = 0;
  std::string event_id;
  std::string source;
  std::string key;  ///< empty: none
  std::string type;
  std::int64_t stored_at = 0;  ///< unix milliseconds
  std::string headers;         ///< traceparent and the like: JSON object of strings
  std::string body;  ///< the event as JSON, digits exact: {"eventId":…,"eventType":…,"timestamp":…,"data":…} or flat
};

/// Events of one shard behind `after`, ascending, up to `limit` of them or until their bodies reach `max_bytes`: at
/// least one, if there is one. Positions are dense: a gap is what retention took.
class ReadShard final : public store::Query {
 public:
  std::string topic;
  std::uint32_t shard = 0;
  Position after = 0;
  std::size_t limit = 256;
  std::size_t max_bytes = 1 << 20;
  std::vector<StoredEvent> events;  ///< the answer

  Result<> run(store::Session& session) override;
};

/// One event by its place; `found` false when it is not there (any more).
class ReadEvent final : public store::Query {
 public:
  std::string topic;
  std::uint32_t shard = 0;
  Position position = 0;
  bool found = false;
  StoredEvent event;

  Result<> run(store::Session& session) override;
};

/// One event by its id; `found` false when there is none, or retention has taken it. What a bus has refused stays there
/// as long as its id is known.
class FindEvent final : public store::Query {
 public:
  std::string topic;
  std::string event_id;
  bool found = false;
  std::uint32_t shard = 0;
  StoredEvent event;
  std::optional<BusPlace> placed;  ///< where it lies on the bus, beyond the store
  std::string refused;             ///< why the bus never takes it; empty: it has not refused it

  Result<> run(store::Session& session) override;
};

/// The last position given in each shard of a topic (index = shard); 0 where nothing was stored.
std::vector<Position> shard_ends(store::Session& session, std::string_view topic, std::uint32_t shards);

/// Told about new events: `appended` is called once those of this topic are durable, on any thread and often. It must
/// be quick (set a flag, post to a worker). Owned by the subscriber, which unregisters before it dies.
class LogListener {
 public:
  virtual void appended(std::string_view topic) noexcept = 0;

 protected:
  ~LogListener() = default;
};

/// Thread safe. One a process, made before the store opens; whoever makes an append durable announces through it.
class LogSignal {
 public:
  void add(LogListener& listener);
  /// No call is running or will come after it returns. Not from within `appended`.
  void remove(LogListener& listener);
  void announce(std::string_view topic) noexcept;

 private:
  std::shared_mutex mutex_;
  std::vector<LogListener*> listeners_;
};

}  // namespace causeway::events
