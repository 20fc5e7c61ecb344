#include "events/topic.h"

namespace causeway::events {

TopicTable::TopicTable(const std::vector<TopicSettings>& settings, telemetry::Metrics& metrics) {
  for (const TopicSettings& each : settings) {
    auto topic = std::make_shared<Topic>();
    topic->settings = each;
    auto key = expression::Template::compile(*each.key, {});
    if (auto* compiled = std::get_if<expression::Template>(&key)) topic->key = std::move(*compiled);
    topic->stored =
        metrics.counter("causeway_events_stored_total", "Events that became durable.", {{"topic", *each.name}});
    topic->published = metrics.counter("causeway_events_published_total", "Events that are on the bus.",
                                       {{"topic", *each.name}, {"bus", "embedded"}});
    topics_.emplace(*each.name, std::move(topic));
  }
}

std::shared_ptr<const Topic> TopicTable::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

}  // namespace causeway::events
