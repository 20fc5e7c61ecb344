#include "events/event_log.h"

#include "events/murmur2.h"
#include "events/publications.h"

namespace causeway::events {

std::uint32_t shard_of(std::string_view key, std::string_view event_id, std::uint32_t shards) {
  return positive(murmur2(key.empty() ? event_id : key)) % shards;
}

std::uint32_t partition_of(std::string_view key, std::uint32_t shard, std::uint32_t partitions) {
  return (key.empty() ? shard : positive(murmur2(key))) % partitions;
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
  appended(shard, append);
  co_return append.receipts();
}

void EventLog::appended(telemetry::Shard& shard, const Append& append) {
  if (append.stored() > 0) {
    shard.add(append.topic().stored, append.stored());
    if (append.topic().bus == BusKind::kEmbedded) shard.add(append.topic().published, append.stored());
    signal_.announce(append.topic().name());
  }
  shard.add(duplicates_, append.receipts().size() - append.stored());
}

Task<std::vector<std::optional<BusPlace>>> EventLog::published(runtime::Worker& worker,
                                                               std::shared_ptr<const Topic> topic,
                                                               std::span<const Receipt> receipts, Duration patience) {
  std::vector<std::optional<BusPlace>> places(receipts.size());
  if (topic->bus == BusKind::kEmbedded) {
    for (std::size_t i = 0; i < receipts.size(); ++i) places[i] = BusPlace{receipts[i].shard, receipts[i].position};
    co_return places;
  }
  Publications* const publications = publications_.load(std::memory_order_acquire);
  if (publications == nullptr) co_return places;
  places = co_await publications->wait(worker, std::move(topic), receipts, patience);
  co_return places;
}

}  // namespace causeway::events
