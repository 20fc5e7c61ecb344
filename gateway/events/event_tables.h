// The log's tables: the only place that knows their SQL.
//
//   topic  a row a topic that was ever configured; integer ids keep the rows of events small
//   shard  what comes next in a shard; `id` is its lane among the shards of all topics
//   event  the log, and the memory of eventIds (correctness.md's event_seen): one row, so that an event costs two
//   inserts
//          into trees, its place and its id
//
// An event's primary key is its place: lane and position in one integer, so that a shard is one run of rows in order.
// Where an event leaves before its id may be forgotten, its row stays behind `trim_pos` with empty headers and body;
// what a bus has refused keeps both as long as its id is known.
//
// What topics on a bus need besides is in bus_tables.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "events/event_log.h"
#include "events/log_reader.h"
#include "store/session.h"

namespace causeway::events::tables {

struct TopicRow {
  std::int64_t id = 0;
  std::string name;
  std::uint32_t shards = 0;
  Duration retention{};
  BusKind bus = BusKind::kEmbedded;
  std::uint32_t partitions = 0;    ///< on the bus, as events are sent there; 0: not known yet
  std::uint64_t record_bytes = 0;  ///< what the bus takes at most as one record; 0: not known
  std::string bus_topic;           ///< its name there; empty: embedded, or not known
};

struct ShardRow {
  std::int64_t lane = 0;
  std::uint32_t shard = 0;
  Position last = 0;     ///< given out
  Position trimmed = 0;  ///< this and those before are gone
  Position relayed = 0;  ///< this and those before are on the bus, or refused by it; unused on the embedded one
};

constexpr int kPositionBits = 40;
constexpr std::int64_t place(std::int64_t lane, Position position) { return (lane << kPositionBits) | position; }
constexpr Position position_of(std::int64_t place) { return place & ((std::int64_t{1} << kPositionBits) - 1); }

// topic
std::optional<TopicRow> find_topic(store::Session& session, std::string_view name);
std::vector<TopicRow> all_topics(store::Session& session);  ///< by name
TopicRow add_topic(store::Session& session, const Topic& topic);
void set_retention(store::Session& session, std::int64_t topic, Duration retention);
/// Only of a topic without events. Nothing is known of it on that bus.
void set_bus(store::Session& session, std::int64_t topic, BusKind bus);
void set_bus_topic(store::Session& session, std::int64_t topic, std::string_view name);
/// Only of a topic without events: its shards are made anew.
void set_shards(store::Session& session, std::int64_t topic, std::uint32_t shards);

// shard
std::vector<ShardRow> shards_of(store::Session& session, std::int64_t topic);  ///< by shard
std::optional<ShardRow> find_shard(store::Session& session, std::string_view topic, std::uint32_t shard);
/// Makes those that are missing of 0 … count - 1.
void add_shards(store::Session& session, std::int64_t topic, std::uint32_t count);
/// Takes the next `count` positions; `last` of the answer is the last of them.
ShardRow take_positions(store::Session& session, std::int64_t topic, std::uint32_t shard, std::size_t count);
void set_trimmed(store::Session& session, std::int64_t lane, Position trimmed);

// event
struct Seen {
  std::uint32_t shard = 0;
  Position position = 0;
  bool trimmed = false;  ///< the event has left, only its id is remembered
  std::string source;
  std::string hash;
};
std::optional<Seen> find_seen(store::Session& session, std::int64_t topic, std::string_view event_id);
void add_event(store::Session& session, std::int64_t topic, std::int64_t place, std::string_view source,
               const EventDraft& draft, std::int64_t stored_at);
/// From behind `after` to `last`, ascending, until `limit` or the bodies reach `max_bytes`.
std::vector<StoredEvent> read_events(store::Session& session, std::int64_t lane, Position after, Position last,
                                     std::size_t limit, std::size_t max_bytes);
/// By place; empty when retention has taken it.
std::optional<StoredEvent> find_event(store::Session& session, const ShardRow& shard, Position position);
std::optional<std::int64_t> stored_at(store::Session& session, std::int64_t lane, Position position);

/// How far the oldest events reach that were stored at `until` or before, from behind `after` to `last` at most.
struct Slice {
  Position last = 0;  ///< `after` when there is none
  std::size_t events = 0;
  std::int64_t bytes = 0;
  bool full = false;  ///< ended by `limit` or `max_bytes`
};
Slice oldest_events(store::Session& session, std::int64_t lane, Position after, Position last, std::int64_t until,
                    std::size_t limit, std::int64_t max_bytes);
void delete_events(store::Session& session, std::int64_t lane, Position after, Position last);
/// Leaves only what is needed to know the event again; all of what the bus has refused.
void empty_events(store::Session& session, std::int64_t lane, Position after, Position last);

/// The lowest position that every group of a topic has behind it; empty: no group reads it. From `cursor`, which is the
/// subscriptions' table.
std::optional<Position> finished_by_groups(store::Session& session, std::string_view topic, std::uint32_t shard);

}  // namespace causeway::events::tables
