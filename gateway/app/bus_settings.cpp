#include "app/bus_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace causeway::app {
namespace {

/// A topic's settings with the mapping that they were read from.
struct Written {
  const events::TopicSettings& topic;
  const config::Node& node;
};

/// Kafka's metrics write a dot as `_`.
std::string metric_name(std::string name) {
  std::ranges::replace(name, '.', '_');
  return name;
}

void check_topic(const BusSettings& bus, const Written& each, config::Reading& reading) {
  const bool on_kafka = each.topic.bus.value_or(bus.kind()) == events::BusKind::kKafka;
  if (on_kafka && !bus.kafka) {
    auto key = reading.enter("bus");
    reading.error(*each.node.find("bus"), "this process has no Kafka: say `bus: {kafka: {brokers: [...]}}`",
                  "reference");
  }
  const config::Node* kafka = each.node.find("kafka");
  if (!on_kafka && kafka != nullptr) {
    auto key = reading.enter("kafka");
    reading.warn(*kafka, "not used, the embedded bus carries this topic", "conflict");
  }
}

/// `names`: those before, by the name in Kafka's metrics, in which a dot is a `_`.
void warn_of_one_metric(const Written& each, std::map<std::string, std::string>& names, config::Reading& reading) {
  const std::string& name = each.topic.kafka_name();
  const auto [alike, alone] = names.emplace(metric_name(name), name);
  if (alone || alike->second == name) return;
  const config::Node* kafka = each.node.find("kafka");
  const config::Node* said = kafka != nullptr ? kafka->find("topic") : nullptr;
  reading.warn(said != nullptr ? *said : each.node,
               fmt::format("{} and {} are one name in Kafka's metrics: a broker that has one of them does not make the "
                           "other",
                           config::quote(alike->second), config::quote(name)),
               "conflict");
}

}  // namespace

const config::Keys<EmbeddedBusSettings>& EmbeddedBusSettings::keys() {
  static const auto keys =
      config::Keys<EmbeddedBusSettings>("embedded bus", "the store itself carries the topics; there is nothing to set");
  return keys;
}

const config::Keys<BusSettings>& BusSettings::keys() {
  static const auto keys =
      config::Keys<BusSettings>("bus", "what carries the topics that do not say it themselves")
          .optional("embedded", &BusSettings::embedded, "the store itself: nothing else to run; the default")
          .optional("kafka", &BusSettings::kafka, "Kafka: events are stored first and then sent there")
          .at_most_one("embedded", "kafka")
          .later("rocketmq")
          .check([](const BusSettings&, const config::Node& node, config::Reading& reading) {
            const config::Node* said = node.find("kafka");
            if (said != nullptr && said->is_null()) {
              auto key = reading.enter("kafka");
              reading.error(*said, "missing \"brokers\" (host:port of some of the brokers)", "missing");
            }
            if (said != nullptr && node.find("embedded") != nullptr)
              reading.error(node, "embedded or kafka, not both: a topic may say `bus: embedded`", "conflict");
          });
  return keys;
}

void check_buses(const BusSettings& bus, const std::vector<events::TopicSettings>& topics, const config::Node& file,
                 config::Reading& reading) {
  const config::Node* list = file.find("topics");
  if (list == nullptr || list->items().size() != topics.size()) return;
  auto all = reading.enter("topics");
  std::map<std::string_view, const events::TopicSettings*> first;
  std::map<std::string, std::string> by_metric;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const Written each{topics[i], list->items()[i]};
    auto one = reading.enter(i);
    check_topic(bus, each, reading);
    if (each.topic.bus.value_or(bus.kind()) != events::BusKind::kKafka) continue;
    const auto [known, fresh] = first.emplace(each.topic.kafka_name(), &each.topic);
    warn_of_one_metric(each, by_metric, reading);
    if (fresh || *known->second->name == *each.topic.name) continue;  // doubled names are reported elsewhere
    const auto& name = each.topic.kafka.topic->empty() ? each.topic.name : each.topic.kafka.topic;
    auto key = reading.resume(name.path);
    reading.error(name.position,
                  fmt::format("\"{}\" is called {} on Kafka too: a topic there belongs to one here",
                              *known->second->name, config::quote(each.topic.kafka_name())),
                  "conflict");
  }
}

}  // namespace causeway::app
