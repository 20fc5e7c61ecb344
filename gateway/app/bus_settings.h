// `bus:` of the operators' file: what carries the topics that do not say it themselves.
#pragma once

#include <optional>

#include "adapters/kafka/settings.h"
#include "config/keys.h"
#include "events/topic_settings.h"

namespace causeway::app {

/// `embedded: {}`: the store itself carries the topics.
struct EmbeddedBusSettings {
  static const config::Keys<EmbeddedBusSettings>& keys();
};

/// At most one of them; neither: embedded. With Kafka, a topic may still say `bus: embedded`.
struct BusSettings {
  std::optional<EmbeddedBusSettings> embedded;
  std::optional<kafka::KafkaSettings> kafka;
  events::BusKind kind() const { return kafka ? events::BusKind::kKafka : events::BusKind::kEmbedded; }
  static const config::Keys<BusSettings>& keys();
};

/// Reports what topics and the bus say against each other: a topic on a bus that is not there, two topics with one name
/// on Kafka. `file` is the operators' file.
void check_buses(const BusSettings& bus, const std::vector<events::TopicSettings>& topics, const config::Node& file,
                 config::Reading& reading);

}  // namespace causeway::app
