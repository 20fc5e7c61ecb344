#include "events/register_topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/event_tables.h"

namespace causeway::events {
namespace {

bool has_had_events(store::Session& session, std::int64_t topic) {
  return std::ranges::any_of(tables::shards_of(session, topic),
                             [](const tables::ShardRow& row) { return row.last > 0; });
}

// Empty: the store itself carries the topic.
std::string bus_topic_of(const Topic& topic) {
  return topic.bus == BusKind::kEmbedded ? std::string() : topic.settings.kafka_name();
}

std::vector<ShardProblem> find_problems(store::Session& session, const TopicTable& topics) {
  std::vector<ShardProblem> problems;
  for (const auto& [name, topic] : topics.all()) {
    const auto row = tables::find_topic(session, name);
    if (!row) continue;
    const std::string bus_topic = bus_topic_of(*topic);
    const bool moves = row->bus == topic->bus && !row->bus_topic.empty() && row->bus_topic != bus_topic;
    const bool changed = moves || row->shards != topic->shards() || row->bus != topic->bus;
    if (!changed || !has_had_events(session, row->id)) continue;
    const auto report = [&](std::string_view key, const auto& before, const auto& after) {
      if (before == after) return;
      problems.push_back(
          {topic, fmt::format("{}: {} cannot become {}, \"{}\" has had events", key, before, after, name)});
    };
    report("shards", row->shards, topic->shards());
    report("bus", word_of(row->bus), word_of(topic->bus));
    if (moves) report("kafka.topic", row->bus_topic, bus_topic);
  }
  return problems;
}

class CheckShards final : public store::Query {
 public:
  explicit CheckShards(const TopicTable& topics) : topics_(topics) {}
  Result<> run(store::Session& session) override {
    problems = find_problems(session, topics_);
    return {};
  }
  std::vector<ShardProblem> problems;

 private:
  const TopicTable& topics_;
};

}  // namespace

Result<std::vector<ShardProblem>> check_shards(store::Store& store, const TopicTable& topics) {
  CheckShards check(topics);
  if (Result<> asked = store.query_blocking(check); !asked) return std::move(asked.error());
  return std::move(check.problems);
}

Result<> RegisterTopics::apply(store::Session& session) {
  if (const auto problems = find_problems(session, *topics_); !problems.empty())
    return Error(Code::kConflict, problems.front().message);
  for (const auto& [name, topic] : topics_->all()) {
    auto row = tables::find_topic(session, name);
    if (!row) row = tables::add_topic(session, *topic);
    if (row->retention != topic->settings.retention) tables::set_retention(session, row->id, topic->settings.retention);
    const std::string bus_topic = bus_topic_of(*topic);
    if (row->bus != topic->bus || (!row->bus_topic.empty() && row->bus_topic != bus_topic)) {
      tables::set_bus(session, row->id, topic->bus);
      row->record_bytes = 0;
    }
    if (row->bus_topic != bus_topic) tables::set_bus_topic(session, row->id, bus_topic);
    // Known from the last time, so that what is too large is refused although the broker is away.
    if (row->record_bytes > 0) topic->limits->record_bytes.store(row->record_bytes, std::memory_order_relaxed);
    if (row->shards != topic->shards()) tables::set_shards(session, row->id, topic->shards());
    else tables::add_shards(session, row->id, topic->shards());
  }
  return {};
}

}  // namespace causeway::events
