#include "events/relay/outbox_queries.h"

#include <algorithm>
#include <map>

#include "events/bus_tables.h"
#include "events/event_tables.h"

namespace causeway::events {

Result<> OpenOutbox::run(store::Session& session) {
  opened.clear();
  left.clear();
  for (const tables::TopicRow& row : tables::all_topics(session)) {
    if (row.bus != bus_) continue;
    const std::shared_ptr<const Topic> topic = topics_->find(row.name);
    const std::vector<tables::ShardRow> shards = tables::shards_of(session, row.id);
    if (!topic || topic->bus != bus_) {
      std::int64_t events = 0;
      for (const tables::ShardRow& shard : shards) events += shard.last - shard.relayed;
      if (events > 0) left.push_back({row.name, events});
      continue;
    }
    Opened found{row.id, {row.partitions, row.record_bytes}, {}};
    for (const tables::ShardRow& shard : shards) {
      const Position low = std::max(shard.relayed, shard.trimmed);
      found.lanes.push_back(
          {shard.lane, shard.shard, low, shard.last, tables::finished_behind(session, shard.lane, low)});
    }
    opened.emplace_back(topic, std::move(found));
  }
  return {};
}

Result<> ReadOutbox::run(store::Session& session) {
  std::vector<Lane*> lanes;
  for (Wanted& topic : topics) {
    if (topic.look)
      for (const tables::ShardRow& shard : tables::shards_of(session, topic.id))
        if (const auto lane = std::ranges::find(topic.lanes, shard.lane, &Lane::id); lane != topic.lanes.end())
          lane->end = shard.last;
    for (Lane& lane : topic.lanes) {
      lane.events.clear();
      if (lane.most.events > 0 && lane.after < lane.end) lanes.push_back(&lane);
    }
  }
  if (lanes.empty()) return {};
  std::ranges::rotate(lanes, lanes.begin() + static_cast<std::ptrdiff_t>(first % lanes.size()));
  WindowLoad budget = kSlice;
  std::size_t waiting = lanes.size();
  for (Lane* const lane : lanes) {
    // What one leaves of its part is for those behind it.
    const std::size_t events = std::min(lane->most.events, std::max<std::size_t>(budget.events / waiting, 1));
    const std::size_t bytes = std::min(lane->most.bytes, std::max<std::size_t>(budget.bytes / waiting, 1));
    --waiting;
    lane->events = tables::read_events(session, lane->id, lane->after, lane->end, events, bytes);
    budget.events -= std::min(budget.events, lane->events.size());
    for (const StoredEvent& event : lane->events) budget.bytes -= std::min(budget.bytes, event.body.size());
    if (budget.events == 0 || budget.bytes == 0) break;
  }
  return {};
}

Result<> MeasureOutbox::run(store::Session& session) {
  for (Wanted& topic : topics) {
    topic.oldest_stored_at = 0;
    for (const tables::ShardRow& shard : tables::shards_of(session, topic.id)) {
      const auto lane = std::ranges::find(topic.lanes, shard.lane, &Lane::id);
      if (lane == topic.lanes.end()) continue;
      lane->end = shard.last;
      if (lane->low >= lane->end) continue;
      const auto stored = tables::stored_at(session, lane->id, lane->low + 1);
      if (stored && (topic.oldest_stored_at == 0 || *stored < topic.oldest_stored_at)) topic.oldest_stored_at = *stored;
    }
  }
  return {};
}

Result<> ReadPlaces::run(store::Session& session) {
  answers.assign(receipts.size(), {});
  const auto row = tables::find_topic(session, topic);
  if (!row) return {};
  std::map<std::uint32_t, std::int64_t> lanes;
  for (const tables::ShardRow& shard : tables::shards_of(session, row->id)) lanes.emplace(shard.shard, shard.lane);
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto lane = lanes.find(receipts[i].shard);
    if (lane == lanes.end()) continue;
    answers[i].place = tables::find_placed(session, lane->second, receipts[i].position);
    answers[i].ended =
        answers[i].place.has_value() || tables::find_refused(session, lane->second, receipts[i].position).has_value();
  }
  return {};
}

}  // namespace causeway::events
