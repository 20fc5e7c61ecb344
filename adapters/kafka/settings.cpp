#include "adapters/kafka/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

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

std::int64_t milliseconds(const KafkaSettings& settings, std::string_view name, std::int64_t otherwise) {
  const std::string_view said = settings.properties.find(name);
  std::int64_t value = otherwise;
  std::from_chars(said.data(), said.data() + said.size(), value);
  return value;
}

// What librdkafka takes, and no group would live with.
void check_session(const KafkaSettings& settings, const config::Node& properties, config::Reading& reading) {
  constexpr std::string_view kSession = "session.timeout.ms";
  constexpr std::string_view kHeartbeat = "heartbeat.interval.ms";
  constexpr std::int64_t kBrokersLeast = 6'000;  // group.min.session.timeout.ms and .max., unless they say otherwise
  constexpr std::int64_t kBrokersMost = 1'800'000;
  const std::int64_t session = milliseconds(settings, kSession, kSessionTimeout.count());
  const std::int64_t heartbeat = milliseconds(settings, kHeartbeat, kHeartbeatInterval.count());
  const config::Node* const said = properties.find(kSession);
  if (heartbeat >= session) {
    const std::string_view name = properties.find(kHeartbeat) != nullptr ? kHeartbeat : kSession;
    if (properties.find(name) == nullptr) return;
    auto step = reading.enter(name);
    return reading.error(*properties.find(name),
                         fmt::format("{} is {} and {} is {}: a member would be given up between two heartbeats",
                                     kHeartbeat, heartbeat, kSession, session),
                         "conflict");
  }
  if (said == nullptr || (session >= kBrokersLeast && session <= kBrokersMost)) return;
  auto step = reading.enter(kSession);
  reading.warn(*said,
               fmt::format("brokers take {} to {}, unless their group.min.session.timeout.ms and "
                           "group.max.session.timeout.ms say otherwise",
                           kBrokersLeast, kBrokersMost),
               "invalid");
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
  check_session(settings, *properties, reading);
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
  static const auto keys = config::Keys<KafkaSettings>("Kafka")
                               .required("brokers", &KafkaSettings::brokers, "host:port of some of the brokers")
                               .not_empty()
                               .optional("properties", &KafkaSettings::properties,
                                         "how to reach and to trust the brokers, in librdkafka's words")
                               .check(check_whole);
  return keys;
}

}  // namespace causeway::kafka
