#include "events/topic_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "events/intake/acknowledge.h"
#include "expression/configured.h"

namespace causeway::events {
namespace {

// What Kafka takes as the name of a topic.
bool is_topic_name(std::string_view name) {
  if (name.empty() || name.size() > 249 || name.find_first_not_of('.') == name.npos) return false;
  return std::ranges::all_of(name, [](char c) {
    const char letter = static_cast<char>(c | 0x20);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

const config::Keys<KafkaTopicSettings>& KafkaTopicSettings::keys() {
  static const auto keys =
      config::Keys<KafkaTopicSettings>("Kafka topic")
          .optional("topic", &KafkaTopicSettings::topic, "its name on Kafka")
          .by_default("the topic's name")
          .optional("partitions", &KafkaTopicSettings::partitions, "partitions of a topic that is created")
          .range(1, 1024)
          .optional("replication_factor", &KafkaTopicSettings::replication_factor, "copies of a topic that is created")
          .by_default("as the broker does it")
          .range(1, 32)
          .optional("create", &KafkaTopicSettings::create,
                    "whether a topic is created when the broker has none of this name");
  return keys;
}

const config::Keys<TopicSettings>& TopicSettings::keys() {
  static const auto keys =
      config::Keys<TopicSettings>("topic")
          .required("name", &TopicSettings::name, "what routes, subscriptions and the bus call it")
          .optional("owner", &TopicSettings::owner, "the system whose facts its events are")
          .optional("retention", &TopicSettings::retention,
                    "how long events stay; longer while a subscription has not had them")
          .at_least(Duration(std::chrono::seconds(1)))
          .optional("shape", &TopicSettings::shape,
                    "nested: data in its own object; flat: the data's fields beside eventId, eventType, timestamp")
          .optional("key", &TopicSettings::key, "made from the event's data (`.`): events of one key stay in order")
          .text_template()
          .optional("shards", &TopicSettings::shards,
                    "into how many ordered sequences its keys are spread in the store")
          .range(1, 256)
          .optional("bus", &TopicSettings::bus, "what carries it")
          .by_default("the `bus` of this process")
          .optional("kafka", &TopicSettings::kafka, "how it is called and created on Kafka, where that is its bus")
          .optional("acknowledge_timeout", &TopicSettings::acknowledge_timeout,
                    "how long `acknowledge: broker` waits before it says stored")
          .range(kShortestAcknowledgeTimeout, kLongestAcknowledgeTimeout)
          .later("types", "format", "trim", "drop_unconsumed");
  return keys;
}

void check_topics(const std::vector<TopicSettings>& topics, config::Errors& errors) {
  std::map<std::string_view, const TopicSettings*> first;
  for (const TopicSettings& topic : topics) {
    if (topic.name.path.empty()) continue;  // a missing key has been reported
    const auto report = [&](const config::Placed<std::string>& at, std::string message, std::string_view code) {
      errors.add(at.position, at.path, std::move(message), code);
    };
    if (!is_topic_name(*topic.name)) {
      report(topic.name,
             fmt::format("a topic's name is 1 to 249 letters, digits and ._- (not only dots), got {}",
                         config::quote(*topic.name)),
             "expected");
    } else if (const auto [known, fresh] = first.emplace(*topic.name, &topic); !fresh) {
      const std::string place = known->second->name.position.to_text();
      report(topic.name,
             fmt::format("two topics are called \"{}\"{}", *topic.name, place.empty() ? "" : ", the first in " + place),
             "conflict");
    }
    const config::Placed<std::string>& there = topic.kafka.topic;
    if (!there->empty() && (!is_topic_name(*there) || there->starts_with("__")))
      report(
          there,
          fmt::format("a topic's name on Kafka is 1 to 249 letters, digits and ._- (not only dots, not with __ before "
                      "it), got {}",
                      config::quote(*there)),
          "expected");
    if (!topic.key->empty()) expression::compile_template(topic.key, {}, errors);
  }
}

}  // namespace causeway::events
