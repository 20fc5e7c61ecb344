#include "events/event_tables.h"

#include <chrono>

namespace causeway::events {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive, R"(
CREATE TABLE topic (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  shards INTEGER NOT NULL,
  retention INTEGER NOT NULL           -- milliseconds
);
CREATE TABLE shard (
  id INTEGER PRIMARY KEY,              -- the lane in event.place
  topic INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  next_pos INTEGER NOT NULL,
  trim_pos INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, shard)
);
CREATE TABLE event (
  place INTEGER PRIMARY KEY,           -- lane * 2^40 + position
  topic INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  source TEXT NOT NULL,
  hash BLOB NOT NULL,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  ts INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  headers TEXT NOT NULL,
  data BLOB NOT NULL,                  -- the event as JSON text; a blob's length is known without reading it
  UNIQUE (topic, event_id)
);
)"},
    {2, store::Migration::Kind::kAdditive, R"(
ALTER TABLE topic ADD COLUMN bus TEXT NOT NULL DEFAULT 'embedded';
ALTER TABLE topic ADD COLUMN partitions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE topic ADD COLUMN record_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shard ADD COLUMN relay_pos INTEGER NOT NULL DEFAULT 0;
-- Beside the rows of events, which would be written anew with their bodies.
CREATE TABLE placed (
  place INTEGER PRIMARY KEY,           -- as in event
  partition INTEGER NOT NULL,
  kafka_offset INTEGER                 -- null: it is there, and nobody said where
);
CREATE TABLE refused (
  place INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
);
)"},
    {3, store::Migration::Kind::kAdditive, R"(
ALTER TABLE topic ADD COLUMN bus_topic TEXT NOT NULL DEFAULT '';  -- what a broker calls it; empty: not known
)"},
};

}  // namespace

const store::Schema kEventSchema{"events", kMigrations};

namespace tables {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

const Sql kFindTopic{
    "SELECT id, name, shards, retention, bus, partitions, record_bytes, bus_topic FROM topic WHERE name = ?1"};
const Sql kAllTopics{
    "SELECT id, name, shards, retention, bus, partitions, record_bytes, bus_topic FROM topic ORDER BY name"};
const Sql kAddTopic{"INSERT INTO topic (name, shards, retention, bus) VALUES (?1, ?2, ?3, ?4)"};
const Sql kSetBus{"UPDATE topic SET bus = ?2, partitions = 0, record_bytes = 0 WHERE id = ?1"};
const Sql kSetBusTopic{"UPDATE topic SET bus_topic = ?2 WHERE id = ?1"};
const Sql kSetRetention{"UPDATE topic SET retention = ?2 WHERE id = ?1"};
const Sql kSetShards{"UPDATE topic SET shards = ?2 WHERE id = ?1"};
const Sql kDropShards{"DELETE FROM shard WHERE topic = ?1 AND next_pos = 1"};

const Sql kShards{"SELECT id, shard, next_pos, trim_pos, relay_pos FROM shard WHERE topic = ?1 ORDER BY shard"};
const Sql kFindShard{
    "SELECT shard.id, shard.shard, shard.next_pos, shard.trim_pos, shard.relay_pos FROM shard "
    "JOIN topic ON topic.id = shard.topic WHERE topic.name = ?1 AND shard.shard = ?2"};
const Sql kAddShard{
    "INSERT INTO shard (topic, shard, next_pos) VALUES (?1, ?2, 1) ON CONFLICT (topic, shard) DO NOTHING"};
const Sql kTake{
    "UPDATE shard SET next_pos = next_pos + ?3 WHERE topic = ?1 AND shard = ?2 RETURNING id, shard, next_pos, "
    "trim_pos, relay_pos"};
const Sql kSetTrimmed{"UPDATE shard SET trim_pos = ?2 WHERE id = ?1"};

const Sql kFindSeen{
    "SELECT shard.shard, event.place, shard.trim_pos, event.source, event.hash FROM event "
    "JOIN shard ON shard.id = event.place >> 40 WHERE event.topic = ?1 AND event.event_id = ?2"};
const Sql kAddEvent{
    "INSERT INTO event (place, topic, event_id, source, hash, key, type, ts, stored_at, headers, data) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
const Sql kRead{
    "SELECT place, event_id, source, key, type, stored_at, headers, data FROM event WHERE place > ?1 AND place <= ?2 "
    "ORDER BY place LIMIT ?3"};
const Sql kStoredAt{"SELECT stored_at FROM event WHERE place = ?1"};
const Sql kOldest{
    "SELECT place, stored_at, length(data) FROM event WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3"};
const Sql kDelete{"DELETE FROM event WHERE place > ?1 AND place <= ?2"};
const Sql kEmpty{
    "UPDATE event SET headers = '', data = x'' WHERE place > ?1 AND place <= ?2 "
    "AND place NOT IN (SELECT place FROM refused WHERE place > ?1 AND place <= ?2)"};

const Sql kFinished{
    "SELECT MIN(COALESCE(its.low_pos, 0)) FROM (SELECT DISTINCT grp FROM cursor WHERE topic = ?1) AS every "
    "LEFT JOIN cursor AS its ON its.grp = every.grp AND its.topic = ?1 AND its.shard = ?2"};

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

TopicRow topic_row(const Rows& rows) {
  return {rows.integer(0), std::string(rows.text(1)), static_cast<std::uint32_t>(rows.integer(2)),
          std::chrono::milliseconds(rows.integer(3)),
          // A bus that this version does not know carries it: nobody here does.
          rows.text(4) == word_of(BusKind::kEmbedded) ? BusKind::kEmbedded : BusKind::kKafka,
          static_cast<std::uint32_t>(rows.integer(5)), static_cast<std::uint64_t>(rows.integer(6)),
          std::string(rows.text(7))};
}

ShardRow shard_row(const Rows& rows) {
  return {rows.integer(0), static_cast<std::uint32_t>(rows.integer(1)), rows.integer(2) - 1, rows.integer(3),
          rows.integer(4)};
}

StoredEvent event_row(const Rows& rows) {
  StoredEvent event;
  event.position = position_of(rows.integer(0));
  event.event_id = rows.text(1);
  event.source = rows.text(2);
  event.key = rows.text(3);
  event.type = rows.text(4);
  event.stored_at = rows.integer(5);
  event.headers = rows.text(6);
  event.body = rows.blob(7);
  return event;
}

}  // namespace

std::optional<TopicRow> find_topic(Session& session, std::string_view name) {
  Rows rows = session.query(kFindTopic, name);
  if (!rows.next()) return std::nullopt;
  return topic_row(rows);
}

std::vector<TopicRow> all_topics(Session& session) {
  std::vector<TopicRow> topics;
  for (Rows rows = session.query(kAllTopics); rows.next();) topics.push_back(topic_row(rows));
  return topics;
}

TopicRow add_topic(Session& session, const Topic& topic) {
  session.run(kAddTopic, topic.name(), topic.shards(), milliseconds(topic.settings.retention), word_of(topic.bus));
  return *find_topic(session, topic.name());
}

void set_retention(Session& session, std::int64_t topic, Duration retention) {
  session.run(kSetRetention, topic, milliseconds(retention));
}

void set_bus(Session& session, std::int64_t topic, BusKind bus) { session.run(kSetBus, topic, word_of(bus)); }

void set_bus_topic(Session& session, std::int64_t topic, std::string_view name) {
  session.run(kSetBusTopic, topic, name);
}

void set_shards(Session& session, std::int64_t topic, std::uint32_t shards) {
  session.run(kDropShards, topic);
  session.run(kSetShards, topic, shards);
  add_shards(session, topic, shards);
}

std::vector<ShardRow> shards_of(Session& session, std::int64_t topic) {
  std::vector<ShardRow> shards;
  for (Rows rows = session.query(kShards, topic); rows.next();) shards.push_back(shard_row(rows));
  return shards;
}

std::optional<ShardRow> find_shard(Session& session, std::string_view topic, std::uint32_t shard) {
  Rows rows = session.query(kFindShard, topic, shard);
  if (!rows.next()) return std::nullopt;
  return shard_row(rows);
}

void add_shards(Session& session, std::int64_t topic, std::uint32_t count) {
  for (std::uint32_t shard = 0; shard < count; ++shard) session.run(kAddShard, topic, shard);
}

ShardRow take_positions(Session& session, std::int64_t topic, std::uint32_t shard, std::size_t count) {
  const auto take = [&]() -> std::optional<ShardRow> {
    Rows rows = session.query(kTake, topic, shard, count);
    if (!rows.next()) return std::nullopt;
    return shard_row(rows);
  };
  if (const std::optional<ShardRow> taken = take()) return *taken;
  session.run(kAddShard, topic, shard);
  return *take();
}

void set_trimmed(Session& session, std::int64_t lane, Position trimmed) { session.run(kSetTrimmed, lane, trimmed); }

std::optional<Seen> find_seen(Session& session, std::int64_t topic, std::string_view event_id) {
  Rows rows = session.query(kFindSeen, topic, event_id);
  if (!rows.next()) return std::nullopt;
  const Position position = position_of(rows.integer(1));
  return Seen{static_cast<std::uint32_t>(rows.integer(0)), position, position <= rows.integer(2),
              std::string(rows.text(3)), std::string(rows.blob(4))};
}

void add_event(Session& session, std::int64_t topic, std::int64_t place, std::string_view source,
               const EventDraft& draft, std::int64_t stored_at) {
  session.run(kAddEvent, place, topic, draft.event_id, source, store::Blob{draft.hash}, draft.key, draft.type,
              draft.timestamp, stored_at, draft.headers, store::Blob{draft.body});
}

std::vector<StoredEvent> read_events(Session& session, std::int64_t lane, Position after, Position last,
                                     std::size_t limit, std::size_t max_bytes) {
  std::vector<StoredEvent> events;
  std::size_t bytes = 0;
  Rows rows = session.query(kRead, place(lane, after), place(lane, last), limit);
  while (bytes < max_bytes && rows.next()) {
    events.push_back(event_row(rows));
    bytes += events.back().body.size();
  }
  return events;
}

std::optional<StoredEvent> find_event(Session& session, const ShardRow& shard, Position position) {
  if (position <= shard.trimmed || position > shard.last) return std::nullopt;
  Rows rows = session.query(kRead, place(shard.lane, position - 1), place(shard.lane, position), 1);
  if (!rows.next()) return std::nullopt;
  return event_row(rows);
}

std::optional<std::int64_t> stored_at(Session& session, std::int64_t lane, Position position) {
  Rows rows = session.query(kStoredAt, place(lane, position));
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

Slice oldest_events(Session& session, std::int64_t lane, Position after, Position last, std::int64_t until,
                    std::size_t limit, std::int64_t max_bytes) {
  Slice slice{.last = after};
  Rows rows = session.query(kOldest, place(lane, after), place(lane, last), limit);
  while (slice.bytes < max_bytes && rows.next()) {
    if (rows.integer(1) > until) return slice;
    slice.last = position_of(rows.integer(0));
    slice.bytes += rows.integer(2);
    ++slice.events;
  }
  slice.full = slice.events == limit || slice.bytes >= max_bytes;
  return slice;
}

void delete_events(Session& session, std::int64_t lane, Position after, Position last) {
  session.run(kDelete, place(lane, after), place(lane, last));
}

void empty_events(Session& session, std::int64_t lane, Position after, Position last) {
  session.run(kEmpty, place(lane, after), place(lane, last));
}

std::optional<Position> finished_by_groups(Session& session, std::string_view topic, std::uint32_t shard) {
  Rows rows = session.query(kFinished, topic, shard);
  if (!rows.next() || rows.is_null(0)) return std::nullopt;
  return rows.integer(0);
}

}  // namespace tables
}  // namespace causeway::events
