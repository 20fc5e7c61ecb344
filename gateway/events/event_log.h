// Appending to the log: what a 202 stands on. An append is one store change: shard positions, event rows and the
// memory of eventIds in one transaction (correctness.md, "Log and order").
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/bus_place.h"
#include "events/log_reader.h"
#include "events/topic.h"
#include "store/schema.h"
#include "store/store.h"

namespace causeway::events {

/// An event that is about to be stored, checked and complete.
struct EventDraft {
  std::string event_id;  ///< [A-Za-z0-9._:-]{1,128}
  std::string type;
  std::string key;             ///< empty: none
  std::int64_t timestamp = 0;  ///< unix milliseconds: when it happened
  std::string body;            ///< the event as JSON in the topic's shape, digits exact
  std::string headers;         ///< JSON object of strings: traceparent …; "{}" when there is none
  /// SHA-256 (raw bytes) of what the publisher said: the same eventId with another hash is a conflict. Must not cover
  /// what the gateway filled in (a timestamp that was not given).
  std::string hash;
};

struct Receipt {
  std::uint32_t shard = 0;
  Position position = 0;
  bool duplicate = false;  ///< stored before with the same payload: position is the first one's
  bool conflict = false;   ///< stored before with another payload or from another source
};

/// All or nothing: any conflict makes the whole append fail with kConflictingPayload (nothing is stored, `receipts` say
/// which). Duplicates within one append count as duplicates of the first. May be a part of another change: call `apply`
/// there, and LogSignal::announce once that is durable.
class Append final : public store::Change {
 public:
  /// `signal` outlives the store. `now` is stored_at.
  Append(std::shared_ptr<const Topic> topic, std::string source, std::vector<EventDraft> drafts, WallTime now,
         LogSignal& signal);

  Result<> apply(store::Session& session) override;
  void settled(Result<> result) noexcept override;
  const std::vector<EventDraft>& drafts() const { return drafts_; }
  const std::vector<Receipt>& receipts() const { return receipts_; }  ///< as drafts, once applied
  const Topic& topic() const { return *topic_; }
  const std::shared_ptr<const Topic>& shared_topic() const { return topic_; }
  std::size_t stored() const { return stored_; }  ///< how many were new

 private:
  std::shared_ptr<const Topic> topic_;
  std::string source_;
  std::vector<EventDraft> drafts_;
  WallTime now_;
  LogSignal& signal_;
  std::vector<Receipt> receipts_;
  std::size_t stored_ = 0;
};

/// Where an event of this key goes: murmur2(key) over the shards as Kafka's default partitioner does; without a key by
/// its eventId.
std::uint32_t shard_of(std::string_view key, std::string_view event_id, std::uint32_t shards);
/// The same on the bus: the partition of an event of this shard; without a key a shard's events stay together.
std::uint32_t partition_of(std::string_view key, std::uint32_t shard, std::uint32_t partitions);

class Publications;

/// The process's log: what adapters and plugins publish through. Thread safe; outlives every configuration.
class EventLog {
 public:
  /// All outlive it.
  EventLog(store::Store& store, const Clock& clock, telemetry::Metrics& metrics);
  LogSignal& signal() { return signal_; }
  store::Store& store() { return store_; }
  const Clock& clock() const { return clock_; }

  /// Durable when it returns ok: counts causeway_events_stored_total{topic} (not for duplicates) on `shard` and
  /// announces to the listeners. Errors: kConflictingPayload, kStoreRefused.
  Task<Result<std::vector<Receipt>>> append(runtime::Worker& worker, telemetry::Shard& shard, Append& append);

  /// The same for an append that was a part of another change and is durable now: counts and announces.
  void appended(telemetry::Shard& shard, const Append& append);

  /// Who knows what is on a bus beyond the store; null: nobody, nothing is. It outlives its use.
  void use(Publications* publications) { publications_.store(publications, std::memory_order_release); }
  /// Waits until the events of an append are on their topic's bus, at most so long: as `receipts`, empty for those that
  /// are not there yet. On the embedded bus they are there at once, as shard and position.
  Task<std::vector<std::optional<BusPlace>>> published(runtime::Worker& worker, std::shared_ptr<const Topic> topic,
                                                       std::span<const Receipt> receipts, Duration patience);

 private:
  store::Store& store_;
  const Clock& clock_;
  LogSignal signal_;
  std::atomic<Publications*> publications_{nullptr};
  const telemetry::Counter duplicates_;
  const telemetry::Counter conflicts_;
};

/// The log's tables: pass it to the store when it opens.
extern const store::Schema kEventSchema;

/// A new UUIDv7 (RFC 9562) in text form: `now`, a counter that keeps those of one thread ascending, 62 random bits. Any
/// thread.
std::string new_event_id(WallTime now);

}  // namespace causeway::events
