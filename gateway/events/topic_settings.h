// `topics:` of the operators' configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/errors.h"
#include "config/keys.h"
#include "config/placed.h"
#include "core/clock.h"

namespace causeway::events {

enum class EventShape : std::uint8_t {
  kNested,  ///< {"eventId","eventType","timestamp","data":{…}}
  kFlat,    ///< the data's fields beside eventId, eventType and timestamp
};
constexpr auto names(EventShape) {
  return config::table<EventShape>({{"nested", EventShape::kNested}, {"flat", EventShape::kFlat}});
}

/// What carries a topic.
enum class BusKind : std::uint8_t {
  kEmbedded,  ///< the store itself: the log is the bus
  kKafka,
};
constexpr auto names(BusKind) {
  return config::table<BusKind>({{"embedded", BusKind::kEmbedded}, {"kafka", BusKind::kKafka}});
}

/// `kafka: {topic, partitions: 8, replication_factor, create: true}`: how the topic is called and made there.
struct KafkaTopicSettings {
  config::Placed<std::string> topic;                ///< empty: the topic's name
  std::uint32_t partitions = 8;                     ///< of one that is created; of one that exists the broker decides
  std::optional<std::uint32_t> replication_factor;  ///< absent: the broker's default
  bool create = true;                               ///< when the broker has none of this name
  static const config::Keys<KafkaTopicSettings>& keys();
};

struct TopicSettings {
  config::Placed<std::string> name;
  std::string owner;
  Duration retention = std::chrono::hours(24 * 7);  ///< counts from when an event was stored
  EventShape shape = EventShape::kNested;
  config::Placed<std::string> key;  ///< a template over the event's data; empty: none
  std::uint32_t shards = 16;
  std::optional<BusKind> bus;  ///< absent: the process's bus
  KafkaTopicSettings kafka;
  /// What a publisher with `acknowledge: broker` waits for the bus; later it is told that the event is stored.
  Duration acknowledge_timeout = std::chrono::seconds(2);

  const std::string& kafka_name() const { return kafka.topic->empty() ? *name : *kafka.topic; }
  static const config::Keys<TopicSettings>& keys();
};

/// Reports what spans topics or needs a look into the text: doubled names (with the place of the first), names that no
/// bus would take, key templates that cannot be read.
void check_topics(const std::vector<TopicSettings>& topics, config::Errors& errors);

}  // namespace causeway::events
