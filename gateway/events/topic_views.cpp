#include "events/topic_views.h"

#include <algorithm>

#include "events/event_tables.h"

namespace causeway::events {

std::vector<TopicView> topic_views(store::Session& session) {
  std::vector<TopicView> views;
  for (const tables::TopicRow& topic : tables::all_topics(session)) {
    TopicView view;
    view.name = topic.name;
    view.shards = topic.shards;
    view.retention = topic.retention;
    view.bus = topic.bus;
    view.partitions = topic.partitions;
    for (const tables::ShardRow& row : tables::shards_of(session, topic.id)) {
      view.stored += row.last;
      view.events += row.last - row.trimmed;
      if (topic.bus != BusKind::kEmbedded) view.pending += row.last - row.relayed;
      const auto oldest = tables::stored_at(session, row.lane, row.trimmed + 1);
      if (oldest && (view.oldest_stored_at == 0 || *oldest < view.oldest_stored_at)) view.oldest_stored_at = *oldest;
    }
    view.published = view.stored - view.pending;
    views.push_back(std::move(view));
  }
  return views;
}

Result<> ReadTopics::run(store::Session& session) {
  topics = topic_views(session);
  return {};
}

}  // namespace causeway::events
