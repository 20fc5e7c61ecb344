#include <algorithm>

#include "events/bus_tables.h"
#include "events/event_tables.h"
#include "events/retention.h"

namespace causeway::events {

struct Trim::Budget {
  std::size_t events = kSliceEvents;
  std::int64_t bytes = kSliceBytes;
  bool spent = false;

  void take(const tables::Slice& slice) {
    events -= slice.events;
    bytes -= slice.bytes;
    spent = slice.full;
  }
};

namespace {

void forget(store::Session& session, std::int64_t lane, Position after, Position last) {
  tables::delete_events(session, lane, after, last);
  tables::delete_bus_outcomes(session, lane, after, last);
}

}  // namespace

Result<> Trim::apply(store::Session& session) {
  trimmed_.clear();
  Budget budget;
  const auto before = [this](Duration age) {
    return unix_milliseconds(now_) - std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
  };
  for (const tables::TopicRow& topic : tables::all_topics(session)) {
    const bool relayed = topic.bus != BusKind::kEmbedded;
    const Duration memory = std::max(topic.retention, kMemory);
    const Duration stay = relayed ? kRelayed : topic.retention;
    const bool forgets = stay >= memory;
    for (const tables::ShardRow& row : tables::shards_of(session, topic.id)) {
      // The cursors of a topic on a bus are the bus's positions: its groups read there.
      const Position finished =
          relayed ? row.relayed : tables::finished_by_groups(session, topic.name, row.shard).value_or(row.last);
      const tables::Slice old = tables::oldest_events(session, row.lane, row.trimmed, std::min(finished, row.last),
                                                      before(stay), budget.events, budget.bytes);
      if (old.events > 0) {
        if (forgets) forget(session, row.lane, row.trimmed, old.last);
        else tables::empty_events(session, row.lane, row.trimmed, old.last);
        tables::set_trimmed(session, row.lane, old.last);
        trimmed_[topic.name] += old.last - row.trimmed;
        budget.take(old);
      }
      if (budget.spent) break;

      // Ids whose events have left before: only where retention is, or was, shorter than the memory.
      const tables::Slice known =
          tables::oldest_events(session, row.lane, 0, row.trimmed, before(memory), budget.events, budget.bytes);
      if (known.events > 0) forget(session, row.lane, 0, known.last);
      budget.take(known);
      if (budget.spent) break;
    }
    if (budget.spent) break;
  }
  full_ = budget.spent;
  return {};
}

}  // namespace causeway::events
