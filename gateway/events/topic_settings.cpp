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
      config::Keys<KafkaTopicSettings>("a topic on Kafka")
          .optional("topic", &KafkaTopicSettings::topic, "its name there; default: the same")
          .optional("partitions", &KafkaTopicSettings::partitions, "of a topic that is created")
          .range(1, 1024)
          .optional("replication_factor", &KafkaTopicSettings::replication_factor,
                    "of a topic that is created; default: the broker's")
          .range(1, 32)
          .optional("create", &KafkaTopicSettings::create, "make it when the broker has none of this name");
  return keys;
}

const config::Keys<TopicSettings>& TopicSettings::keys() {
  static const auto keys =
      config::Keys<TopicSettings>("topic")
          .required("name", &TopicSettings::name, "what routes, subscriptions and the bus call it")
          .optional("owner", &TopicSettings::owner, "the system that its events tell about")
          .optional("retention", &TopicSettings::retention, "how long events stay, at least until all have them")
          .at_least(Duration(std::chrono::seconds(1)))
          .optional("shape", &TopicSettings::shape,
                    "nested: data in its own object; flat: the data's fields beside eventId, eventType, timestamp")
          .optional("key", &TopicSettings::key, "events of one key stay in order; a template over the event's data")
          .optional("shards", &TopicSettings::shards, "how many positions are counted side by side")
          .range(1, 256)
          .optional("bus", &TopicSettings::bus, "what carries it; default: the bus of this process")
          .optional("kafka", &TopicSettings::kafka, "how it is called and made on Kafka")
          .optional("acknowledge_timeout", &TopicSettings::acknowledge_timeout,
                    "how long `acknowledge: broker` waits before it says stored")
          .range(kShortestAcknowledgeTimeout, kLongestAcknowledgeTimeout)
          .later("types", "format", "trim", "drop_unconsumed");
  return keys;
}

void check_topics(const std::vector<TopicSettings>& topics, config::Errors& errors) {
  std::map<std::string_view, const TopicSettings*> first;
  for (const TopicSettings& topic : topics) {
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
