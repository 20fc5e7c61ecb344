#include <algorithm>

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

Result<> Trim::apply(store::Session& session) {
  trimmed_.clear();
  Budget budget;
  const auto before = [this](Duration age) {
    return unix_milliseconds(now_) - std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
  };
  for (const tables::TopicRow& topic : tables::all_topics(session)) {
    const bool forgets = topic.retention >= kMemory;
    for (const tables::ShardRow& row : tables::shards_of(session, topic.id)) {
      const Position finished = tables::finished_by_groups(session, topic.name, row.shard).value_or(row.last);
      const tables::Slice old = tables::oldest_events(session, row.lane, row.trimmed, std::min(finished, row.last),
                                                      before(topic.retention), budget.events, budget.bytes);
      if (old.events > 0) {
        if (forgets) tables::delete_events(session, row.lane, row.trimmed, old.last);
        else tables::empty_events(session, row.lane, row.trimmed, old.last);
        tables::set_trimmed(session, row.lane, old.last);
        trimmed_[topic.name] += old.last - row.trimmed;
        budget.take(old);
      }
      if (budget.spent) break;

      // Ids whose events have left before: only where retention is, or was, shorter than the memory.
      const tables::Slice known = tables::oldest_events(
          session, row.lane, 0, row.trimmed, before(std::max(topic.retention, kMemory)), budget.events, budget.bytes);
      if (known.events > 0) tables::delete_events(session, row.lane, 0, known.last);
      budget.take(known);
      if (budget.spent) break;
    }
    if (budget.spent) break;
  }
  full_ = budget.spent;
  return {};
}

}  // namespace causeway::events
