#include "events/event_log.h"

#include "events/murmur2.h"

namespace causeway::events {

std::uint32_t shard_of(std::string_view key, std::string_view event_id, std::uint32_t shards) {
  return positive(murmur2(key.empty() ? event_id : key)) % shards;
}

EventLog::EventLog(store::Store& store, const Clock& clock, telemetry::Metrics& metrics)
    : store_(store),
      clock_(clock),
      duplicates_(metrics.counter("causeway_events_duplicates_total", "Events that their publisher sent again.")),
      conflicts_(metrics.counter("causeway_events_conflicts_total",
                                 "Refused for an eventId that is known with another payload or source.")) {}

Task<Result<std::vector<Receipt>>> EventLog::append(runtime::Worker& worker, telemetry::Shard& shard, Append& append) {
  Result<> committed = co_await store_.commit(worker, append);
  if (!committed) {
    if (committed.error().code() == Code::kConflictingPayload) shard.add(conflicts_);
    co_return std::move(committed.error());
  }
  if (append.stored() > 0) {
    shard.add(append.topic().stored, append.stored());
    shard.add(append.topic().published, append.stored());
    signal_.announce(append.topic().name());
  }
  shard.add(duplicates_, append.receipts().size() - append.stored());
  co_return append.receipts();
}

}  // namespace causeway::events
