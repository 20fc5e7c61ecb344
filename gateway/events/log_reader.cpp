#include "events/log_reader.h"

#include <algorithm>

#include "events/bus_tables.h"
#include "events/event_tables.h"

namespace causeway::events {

Result<> ReadShard::run(store::Session& session) {
  events.clear();
  const auto row = tables::find_shard(session, topic, shard);
  if (!row) return {};
  events = tables::read_events(session, row->lane, std::max(after, row->trimmed), row->last, limit, max_bytes);
  return {};
}

Result<> ReadEvent::run(store::Session& session) {
  found = false;
  const auto row = tables::find_shard(session, topic, shard);
  if (!row) return {};
  if (auto stored = tables::find_event(session, *row, position)) {
    found = true;
    event = std::move(*stored);
  }
  return {};
}

Result<> FindEvent::run(store::Session& session) {
  found = false;
  placed.reset();
  refused.clear();
  const auto known = tables::find_topic(session, topic);
  if (!known) return {};
  const auto seen = tables::find_seen(session, known->id, event_id);
  if (!seen) return {};
  const auto row = tables::find_shard(session, topic, seen->shard);
  if (!row) return {};
  if (known->bus != BusKind::kEmbedded) {
    placed = tables::find_placed(session, row->lane, seen->position);
    if (!placed) refused = tables::find_refused(session, row->lane, seen->position).value_or("");
  }
  const tables::ShardRow whole{row->lane, row->shard, row->last, 0, 0};
  if (auto stored = tables::find_event(session, refused.empty() ? *row : whole, seen->position)) {
    found = true;
    shard = seen->shard;
    event = std::move(*stored);
  }
  return {};
}

std::vector<Position> shard_ends(store::Session& session, std::string_view topic, std::uint32_t shards) {
  std::vector<Position> ends(shards, 0);
  if (const auto known = tables::find_topic(session, topic))
    for (const tables::ShardRow& row : tables::shards_of(session, known->id))
      if (row.shard < shards) ends[row.shard] = row.last;
  return ends;
}

}  // namespace causeway::events
