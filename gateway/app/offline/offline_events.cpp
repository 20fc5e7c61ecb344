#include "app/offline/offline_events.h"

#include "app/replay_tables.h"
#include "core/json_object.h"
#include "core/json_scan.h"
#include "events/log_reader.h"
#include "events/register_topics.h"
#include "events/subscription/subscription_tables.h"
#include "transactions/transaction_tables.h"

namespace causeway::app {
namespace {

const store::Schema* const kSchemas[] = {&events::kEventSchema, &events::kSubscriptionSchema, &kReplaySchema,
                                         &transactions::kTransactionSchema};

std::string data_of(const std::string& body, events::EventShape shape) {
  if (shape != events::EventShape::kFlat) return std::string(find_member(body, "data"));
  JsonObject data;
  for_each_member(body, [&](std::string_view name, Bytes value) {
    if (name != "eventId" && name != "eventType" && name != "timestamp") data.raw(name, value);
  });
  return data.done();
}

}  // namespace

void OfflineEvents::begin(std::shared_ptr<const events::TopicTable> topics, WallTime now) {
  auto memory = std::make_unique<store::MemoryStore>(kSchemas, now);
  store_.open(*memory);
  memory_ = std::move(memory);
  log_.use(this);
  topics_ = std::move(topics);
  seen_.clear();
  events::RegisterTopics registration(topics_);
  const Result<> registered = memory_->commit_blocking(registration);
  if (!registered) throw std::runtime_error("the topics cannot be kept in memory");
}

std::vector<OfflineEvent> OfflineEvents::take_new() {
  std::vector<OfflineEvent> all;
  for (const auto& [name, topic] : topics_->all()) {
    for (std::uint32_t shard = 0; shard < topic->shards(); ++shard) {
      events::Position& seen = seen_[{name, shard}];
      for (bool more = true; more;) {
        events::ReadShard reading;
        reading.topic = name;
        reading.shard = shard;
        reading.after = seen;
        more = memory_->query_blocking(reading).ok() && !reading.events.empty();
        for (events::StoredEvent& event : reading.events) {
          seen = event.position;
          std::string data = data_of(event.body, topic->settings.shape);
          all.push_back({name, std::move(event.event_id), std::move(event.type), std::move(event.key),
                         std::move(event.source), std::move(event.body), std::move(data)});
        }
      }
    }
  }
  return all;
}

Task<std::vector<std::optional<events::BusPlace>>> OfflineEvents::wait(runtime::Worker&,
                                                                       std::shared_ptr<const events::Topic>,
                                                                       std::span<const events::Receipt> receipts,
                                                                       Duration) {
  std::vector<std::optional<events::BusPlace>> places;
  for (const events::Receipt& receipt : receipts)
    places.push_back(events::BusPlace{receipt.shard, receipt.position - 1});
  co_return places;
}

}  // namespace causeway::app
