#include "adapters/kafka/settings.h"

#include <algorithm>

#include "adapters/kafka/client_conf.h"
#include "net/characters.h"

namespace causeway::kafka {
namespace {

// librdkafka takes it in either case.
std::string protocol_of(const KafkaSettings& settings) {
  std::string protocol(settings.properties.find("security.protocol"));
  std::ranges::transform(protocol, protocol.begin(), net::lower);
  return protocol.empty() ? "plaintext" : protocol;
}

void warn_of_unused(const KafkaSettings& settings, const config::Node& properties, config::Reading& reading) {
  const std::string protocol = protocol_of(settings);
  for (const auto& [prefix, what] : {std::pair<std::string_view, std::string_view>{"sasl.", "sasl"}, {"ssl.", "ssl"}}) {
    if (protocol.find(what) != std::string::npos) continue;
    for (const config::Node::Entry& entry : properties.entries()) {
      if (!entry.key.text().starts_with(prefix)) continue;
      auto step = reading.enter(entry.key.text());
      reading.warn(entry.key, "not used: security.protocol is " + protocol, "conflict");
    }
  }
}

void check_whole(const KafkaSettings& settings, const config::Node& node, config::Reading& reading) {
  if (settings.brokers.empty()) {
    auto step = reading.enter("brokers");
    return reading.error(*node.find("brokers"), "expected at least one broker", "expected");
  }
  const config::Node* const properties = node.find("properties");
  if (properties == nullptr) return;
  auto step = reading.enter("properties");
  warn_of_unused(settings, *properties, reading);
  if (const std::string problem = problem_of(settings); !problem.empty())
    reading.error(*properties, problem, "invalid");
}

}  // namespace

bool KafkaSettings::operator==(const KafkaSettings& other) const {
  return broker_list(*this) == broker_list(other) && properties == other.properties;
}

std::string broker_list(const KafkaSettings& settings) {
  std::string list;
  for (const net::HostPort& broker : settings.brokers) list += (list.empty() ? "" : ",") + broker.text();
  return list;
}

const config::Keys<KafkaSettings>& KafkaSettings::keys() {
  static const auto keys =
      config::Keys<KafkaSettings>("topics on Kafka")
          .required("brokers", &KafkaSettings::brokers, "host:port of some of the brokers")
          .optional("properties", &KafkaSettings::properties, "of librdkafka, how to reach and to trust the brokers")
          .check(check_whole);
  return keys;
}

}  // namespace causeway::kafka
