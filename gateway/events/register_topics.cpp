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

std::vector<ShardProblem> find_problems(store::Session& session, const TopicTable& topics) {
  std::vector<ShardProblem> problems;
  for (const auto& [name, topic] : topics.all()) {
    const auto row = tables::find_topic(session, name);
    if (!row || row->shards == topic->shards() || !has_had_events(session, row->id)) continue;
    problems.push_back(
        {topic, fmt::format("shards: {} cannot become {}, \"{}\" has had events", row->shards, topic->shards(), name)});
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
    if (row->shards != topic->shards()) tables::set_shards(session, row->id, topic->shards());
    else tables::add_shards(session, row->id, topic->shards());
  }
  return {};
}

}  // namespace causeway::events
