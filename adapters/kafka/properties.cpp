#include "adapters/kafka/properties.h"

#include <errno.h>   // NOLINT: errno of POSIX calls
#include <unistd.h>  // NOLINT: access is POSIX

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "adapters/kafka/handles.h"

namespace causeway::kafka {
namespace {

enum class Kind : std::uint8_t { kPlain, kSecret, kPath };

struct Allowed {
  std::string_view name;
  PropertyUse use = PropertyUse::kBoth;
  Kind kind = Kind::kPlain;
};

using enum PropertyUse;

// Before, the client's nonce was sent twice (https://github.com/confluentinc/librdkafka/pull/4895).
constexpr int kVersionWithScram = 0x02060000;

constexpr Allowed kAllowed[] = {
    {"security.protocol"},
    {"sasl.mechanism"},
    {"sasl.mechanisms"},
    {"sasl.username"},
    {"sasl.password", kBoth, Kind::kSecret},
    {"sasl.kerberos.service.name"},
    {"sasl.kerberos.principal"},
    {"sasl.kerberos.keytab", kBoth, Kind::kPath},
    {"sasl.kerberos.min.time.before.relogin"},
    {"ssl.ca.location", kBoth, Kind::kPath},
    {"ssl.ca.pem"},
    {"ssl.certificate.location", kBoth, Kind::kPath},
    {"ssl.certificate.pem"},
    {"ssl.key.location", kBoth, Kind::kPath},
    {"ssl.key.pem", kBoth, Kind::kSecret},
    {"ssl.key.password", kBoth, Kind::kSecret},
    {"ssl.keystore.location", kBoth, Kind::kPath},
    {"ssl.keystore.password", kBoth, Kind::kSecret},
    {"ssl.crl.location", kBoth, Kind::kPath},
    {"ssl.cipher.suites"},
    {"ssl.curves.list"},
    {"ssl.sigalgs.list"},
    {"ssl.endpoint.identification.algorithm"},
    {"client.id"},
    {"client.rack"},
    {"broker.address.family"},
    {"broker.address.ttl"},
    {"socket.timeout.ms"},
    {"socket.keepalive.enable"},
    {"socket.send.buffer.bytes"},
    {"socket.receive.buffer.bytes"},
    {"socket.connection.setup.timeout.ms"},
    {"connections.max.idle.ms"},
    {"reconnect.backoff.ms"},
    {"reconnect.backoff.max.ms"},
    {"metadata.max.age.ms"},
    {"topic.metadata.refresh.interval.ms"},
    {"topic.metadata.refresh.fast.interval.ms"},
    {"compression.codec", kProducer},
    {"compression.type", kProducer},
    {"compression.level", kProducer},
    {"linger.ms", kProducer},
    {"queue.buffering.max.ms", kProducer},
    {"message.max.bytes", kProducer},
    {"batch.size", kProducer},
    {"request.timeout.ms", kProducer},
    {"retry.backoff.ms", kProducer},
    {"session.timeout.ms", kConsumer},
    {"heartbeat.interval.ms", kConsumer},
    {"fetch.wait.max.ms", kConsumer},
    {"fetch.min.bytes", kConsumer},
    {"fetch.error.backoff.ms", kConsumer},
    {"check.crcs", kConsumer},
};

struct Reserved {
  std::string_view name;
  std::string_view why;
};

constexpr std::string_view kBrokers = "it is said by `brokers`";
constexpr std::string_view kNothingLost = "no event may be lost, doubled or put out of order on its way";
constexpr std::string_view kCursor = "how far a group is stands in the store, and the broker is told";
constexpr std::string_view kGroup = "it is the subscription's group";
constexpr std::string_view kMemory = "the gateway bounds the memory of its clients";
constexpr std::string_view kVerified = "a broker is always verified: `ssl.ca.location` names who vouches for it";
constexpr std::string_view kCode = "it would run other programs within the gateway";

constexpr Reserved kReserved[] = {
    {"bootstrap.servers", kBrokers},
    {"metadata.broker.list", kBrokers},
    {"enable.idempotence", kNothingLost},
    {"enable.gapless.guarantee", kNothingLost},
    {"acks", kNothingLost},
    {"request.required.acks", kNothingLost},
    {"message.timeout.ms", kNothingLost},
    {"delivery.timeout.ms", kNothingLost},
    {"retries", kNothingLost},
    {"message.send.max.retries", kNothingLost},
    {"max.in.flight", kNothingLost},
    {"max.in.flight.requests.per.connection", kNothingLost},
    {"queuing.strategy", kNothingLost},
    {"transactional.id", kNothingLost},
    {"transaction.timeout.ms", kNothingLost},
    {"delivery.report.only.error", kNothingLost},
    {"isolation.level", kNothingLost},
    {"partitioner", "the key decides, as Kafka's default partitioner has it"},
    {"batch.num.messages", "the gateway sends one by one where it has to find out which record is refused"},
    {"enable.auto.commit", kCursor},
    {"auto.commit.enable", kCursor},
    {"auto.commit.interval.ms", kCursor},
    {"enable.auto.offset.store", kCursor},
    {"auto.offset.reset", kCursor},
    {"offset.store.method", kCursor},
    {"group.id", kGroup},
    {"group.instance.id", kGroup},
    {"partition.assignment.strategy", kGroup},
    {"max.poll.interval.ms", "a group stays whole while its subscription is paused"},
    {"allow.auto.create.topics", "`topics[].kafka.create` decides"},
    {"queue.buffering.max.messages", kMemory},
    {"queue.buffering.max.kbytes", kMemory},
    {"queued.min.messages", kMemory},
    {"queued.max.messages.kbytes", kMemory},
    {"fetch.max.bytes", kMemory},
    {"fetch.message.max.bytes", kMemory},
    {"max.partition.fetch.bytes", kMemory},
    {"receive.message.max.bytes", kMemory},
    {"socket.nagle.disable", "an event is never held back"},
    {"socket.blocking.max.ms", "it does nothing any more"},
    {"socket.max.fails", kNothingLost},
    {"enable.ssl.certificate.verification", kVerified},
    {"topic.metadata.propagation.max.ms", "the gateway asks for topics before it uses them"},
    {"statistics.interval.ms", "metrics are read at their own pace"},
    {"log_level", "what matters is in the gateway's log"},
    {"debug", "what matters is in the gateway's log"},
    {"plugin.library.paths", kCode},
    {"sasl.kerberos.kinit.cmd", kCode},
    {"ssl.engine.location", kCode},
    {"ssl.providers", kCode},
};

const Allowed* find_allowed(std::string_view name) {
  const auto* const found = std::ranges::find(kAllowed, name, &Allowed::name);
  return found == std::end(kAllowed) ? nullptr : found;
}

std::vector<std::string_view> allowed_names() {
  std::vector<std::string_view> names;
  for (const Allowed& row : kAllowed) names.push_back(row.name);
  return names;
}

void refuse_name(const config::Node& key, config::Reading& reading) {
  const std::string& name = key.text();
  const auto* const reserved = std::ranges::find(kReserved, name, &Reserved::name);
  if (reserved != std::end(kReserved))
    return reading.error(key, fmt::format("\"{}\" is not to be set: {}", name, reserved->why), "conflict");
  if (name.starts_with("sasl.oauthbearer.") || name == "enable.sasl.oauthbearer.unsecure.jwt")
    return reading.error(key, "OAUTHBEARER is not in this version", "not_in_this_version");
  reading.error(key,
                fmt::format("{} is not a property of Kafka's clients that can be set here{}", config::quote(name),
                            config::suggestion(name, allowed_names())),
                "unknown_key");
}

// The path that librdkafka gets; empty and reported when nobody can read it.
std::string readable_path(const config::Node& node, config::Reading& reading, std::string_view text) {
  const std::filesystem::path path = (reading.directory(node) / text).lexically_normal();
  if (::access(path.c_str(), R_OK) == 0) return path.string();
  reading.error(node, fmt::format("file {} cannot be read: {}", text, std::strerror(errno)), "reference");
  return {};
}

// librdkafka calls an alias by the other name, and ends some of what it says with a new line.
std::string sentence(std::string_view said, std::string_view name) {
  std::string text(said.substr(0, said.find_last_not_of(" \n") + 1));
  const std::size_t quoted = text.find('"', text.find("roperty"));
  if (quoted != std::string::npos && text.find('"', quoted + 1) != std::string::npos)
    text.replace(quoted + 1, text.find('"', quoted + 1) - quoted - 1, name);
  return text;
}

// What librdkafka itself says about the value, without the value where that may be a secret.
bool accepted(const Allowed& row, const config::Node& node, config::Reading& reading, const config::Text& text) {
  if (row.name.starts_with("sasl.mechanism") && text.value == "OAUTHBEARER") {
    reading.error(node, "OAUTHBEARER is not in this version", "not_in_this_version");
    return false;
  }
  const Conf scratch(rd_kafka_conf_new());
  std::array<char, kErrorText> said{};
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(scratch.get(), std::string(row.name).c_str(), text.value.c_str(), said.data(), said.size());
  if (result == RD_KAFKA_CONF_OK && text.value.find('\0') == std::string::npos) return true;
  if (text.secret || row.kind == Kind::kSecret || result == RD_KAFKA_CONF_OK)
    reading.error(node, fmt::format("not a value of \"{}\"", row.name), "expected");
  else reading.error(node, sentence(said.data(), row.name), "expected");
  return false;
}

bool read_property(const config::Node::Entry& entry, config::Reading& reading, KafkaProperties& out) {
  const Allowed* const row = find_allowed(entry.key.text());
  if (row == nullptr) {
    refuse_name(entry.key, reading);
    return false;
  }
  std::optional<config::Text> text = reading.text(entry.value, "a text");
  if (!text) return false;
  if (row->kind == Kind::kPath) {
    text->value = readable_path(entry.value, reading, text->value);
    if (text->value.empty()) return false;
  }
  if (!accepted(*row, entry.value, reading, *text)) return false;
  const bool secret = text->secret || row->kind == Kind::kSecret;
  if (row->name.starts_with("sasl.mechanism") && text->value.starts_with("SCRAM") &&
      rd_kafka_version() < kVersionWithScram)
    reading.warn(entry.value,
                 std::string("brokers of today refuse SCRAM as this librdkafka, ") + rd_kafka_version_str() +
                     ", speaks it; 2.6 has it right",
                 "invalid");
  out.list.push_back({std::string(row->name), config::Secret(text->value), row->use, secret});
  return true;
}

}  // namespace

std::string_view KafkaProperties::find(std::string_view name) const {
  const auto found = std::ranges::find(list, name, &Property::name);
  return found == list.end() ? std::string_view() : found->value.reveal();
}

KafkaProperties KafkaProperties::clone() const {
  KafkaProperties copy;
  for (const Property& each : list) copy.list.push_back({each.name, each.value.clone(), each.use, each.secret});
  return copy;
}

bool KafkaProperties::operator==(const KafkaProperties& other) const {
  return std::ranges::equal(list, other.list, [](const Property& a, const Property& b) {
    return a.name == b.name && a.value.reveal() == b.value.reveal();
  });
}

}  // namespace causeway::kafka

namespace causeway::config {

bool Value<kafka::KafkaProperties>::read_into(const Node& node, Reading& reading, kafka::KafkaProperties& out,
                                              const Range*) {
  if (!detail::is_mapping(node, reading)) return false;
  bool ok = true;
  kafka::KafkaProperties read;
  for (const Node::Entry& entry : node.entries()) {
    auto step = reading.enter(entry.key.text());
    ok &= kafka::read_property(entry, reading, read);
  }
  if (ok) out = std::move(read);
  return ok;
}

Shape Value<kafka::KafkaProperties>::shape() {
  return {Shape::Form::kMap, "mapping of librdkafka's properties to their values", {}, {Value<std::string>::shape()}};
}

}  // namespace causeway::config
