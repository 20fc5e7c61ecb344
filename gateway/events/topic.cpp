#include "events/topic.h"

namespace causeway::events {

std::string_view word_of(BusKind bus) { return bus == BusKind::kKafka ? "kafka" : "embedded"; }

std::shared_ptr<TopicLimits> TopicLimitsRegistry::of(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  auto found = limits_.find(topic);
  if (found == limits_.end()) found = limits_.emplace(topic, std::make_shared<TopicLimits>()).first;
  return found->second;
}

TopicTable::TopicTable(const std::vector<TopicSettings>& settings, telemetry::Metrics& metrics, BusKind bus,
                       TopicLimitsRegistry* limits,
                       const std::shared_ptr<const expression::Surroundings>& expressions) {
  for (const TopicSettings& each : settings) {
    auto topic = std::make_shared<Topic>();
    topic->settings = each;
    auto key = expression::Template::compile(*each.key, {});
    if (auto* compiled = std::get_if<expression::Template>(&key)) topic->key = std::move(*compiled);
    topic->bus = each.bus.value_or(bus);
    topic->limits = limits ? limits->of(*each.name) : std::make_shared<TopicLimits>();
    topic->expressions = expressions;
    topic->stored =
        metrics.counter("causeway_events_stored_total", "Events that became durable.", {{"topic", *each.name}});
    topic->published = metrics.counter("causeway_events_published_total", "Events that are on the bus.",
                                       {{"topic", *each.name}, {"bus", std::string(word_of(topic->bus))}});
    topics_.emplace(*each.name, std::move(topic));
  }
}

std::shared_ptr<const Topic> TopicTable::find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second;
}

}  // namespace causeway::events
