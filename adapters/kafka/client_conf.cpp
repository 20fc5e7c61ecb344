#include "adapters/kafka/client_conf.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <string>

#include "events/murmur2.h"
#include "net/characters.h"

namespace causeway::kafka {
namespace {

constexpr std::size_t kReaderBytes = 12u << 20;  // of all lanes of a reader, queued and on their way
constexpr std::uint64_t kDefaultRecordBytes = 1'000'000;

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, kErrorText> said{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), said.data(), said.size()) != RD_KAFKA_CONF_OK)
    throw std::logic_error(std::string("librdkafka does not take ") + name);
}

void take_properties(rd_kafka_conf_t* conf, const KafkaSettings& settings, PropertyUse role) {
  for (const Property& property : settings.properties.list) {
    if (property.use != PropertyUse::kBoth && property.use != role) continue;
    std::string value(property.value.reveal());
    set(conf, property.name.c_str(), value);
    config::wipe(value);
  }
}

Conf base(const KafkaSettings& settings, std::string_view node, PropertyUse role) {
  Conf conf(rd_kafka_conf_new());
  // Ours to begin with; the configuration may say otherwise.
  set(conf.get(), "client.id", "causeway-" + std::string(node));
  set(conf.get(), "socket.timeout.ms", "20000");
  set(conf.get(), "socket.keepalive.enable", "true");
  set(conf.get(), "reconnect.backoff.max.ms", "2000");
  set(conf.get(), "topic.metadata.refresh.interval.ms", "10000");
  if (role == PropertyUse::kProducer) {
    set(conf.get(), "compression.codec", "lz4");
    set(conf.get(), "linger.ms", "0.5");
    set(conf.get(), "request.timeout.ms", "15000");
  }
  if (role == PropertyUse::kConsumer) {
    set(conf.get(), "session.timeout.ms", std::to_string(kSessionTimeout.count()));
    set(conf.get(), "heartbeat.interval.ms", std::to_string(kHeartbeatInterval.count()));
  }
  take_properties(conf.get(), settings, role);
  // Ours in any case.
  set(conf.get(), "bootstrap.servers", broker_list(settings));
  set(conf.get(), "allow.auto.create.topics", "false");
  set(conf.get(), "socket.nagle.disable", "true");
  set(conf.get(), "topic.metadata.propagation.max.ms", "1000");
  set(conf.get(), "log.queue", "true");
  set(conf.get(), "log.thread.name", "false");
  return conf;
}

// An error may repeat the value that it is about.
std::string without_secrets(std::string text, const KafkaSettings& settings) {
  for (const Property& property : settings.properties.list) {
    const std::string_view value = property.value.reveal();
    if (!property.secret || value.empty()) continue;
    for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos; at += 3)
      text.replace(at, value.size(), "***");
  }
  return text;
}

}  // namespace

std::string instance_of(std::string_view member, std::string_view topic) {
  if (member.empty()) return {};
  constexpr std::size_t kMost = 249;  // as for names of topics
  std::string instance = fmt::format("causeway-{}-{}", member, topic);
  if (instance.size() <= kMost) return instance;
  const std::string mark = fmt::format("-{:08x}", events::murmur2(topic));
  instance.resize(kMost - mark.size());
  return instance + mark;
}

Conf producer_conf(const KafkaSettings& settings, std::string_view node, const Batching& batching) {
  Conf conf = base(settings, node, PropertyUse::kProducer);
  set(conf.get(), "enable.idempotence", "true");
  set(conf.get(), "enable.gapless.guarantee", "true");
  set(conf.get(), "acks", "all");
  set(conf.get(), "message.timeout.ms", "0");  // the outbox waits as long as it takes
  set(conf.get(), "queue.buffering.max.messages", "20000");
  set(conf.get(), "queue.buffering.max.kbytes", "65536");
  const std::string_view said = settings.properties.find("batch.size");
  std::uint32_t bytes = batching.bytes;
  if (std::uint32_t wanted = 0; !said.empty()) {
    std::from_chars(said.data(), said.data() + said.size(), wanted);
    if (wanted > 0) bytes = std::min(bytes, wanted);
  }
  set(conf.get(), "batch.size", std::to_string(bytes));
  if (batching.single) set(conf.get(), "batch.num.messages", "1");
  set(conf.get(), "statistics.interval.ms", "2000");
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_LOG);
  return conf;
}

Conf consumer_conf(const KafkaSettings& settings, std::string_view node, const GroupMember& member, std::size_t lanes) {
  Conf conf = base(settings, node, PropertyUse::kConsumer);
  set(conf.get(), "group.id", member.group);
  if (!member.instance.empty()) set(conf.get(), "group.instance.id", member.instance);
  set(conf.get(), "partition.assignment.strategy", "range");
  set(conf.get(), "enable.auto.commit", "false");
  set(conf.get(), "enable.auto.offset.store", "false");
  set(conf.get(), "auto.offset.reset", "error");
  set(conf.get(), "isolation.level", "read_committed");
  set(conf.get(), "max.poll.interval.ms", "86400000");
  // Tells where nothing more comes, though the partition ends later: aborted or compacted records lie there.
  set(conf.get(), "enable.partition.eof", "true");
  // A lane holds its share, and what is on its way may come on top.
  const std::size_t share =
      std::clamp<std::size_t>(kReaderBytes / 2 / std::max<std::size_t>(1, lanes), 64u << 10, 1u << 20);
  set(conf.get(), "queued.max.messages.kbytes", std::to_string(share >> 10));
  set(conf.get(), "fetch.message.max.bytes", std::to_string(share));
  set(conf.get(), "fetch.max.bytes", std::to_string(kReaderBytes / 2));
  set(conf.get(), "queued.min.messages", "1000");
  set(conf.get(), "statistics.interval.ms", "5000");
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS |
                                           RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_OFFSET_COMMIT);
  return conf;
}

Conf query_conf(const KafkaSettings& settings, std::string_view node) {
  Conf conf = base(settings, node, PropertyUse::kConsumer);
  set(conf.get(), "isolation.level", "read_committed");
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR);
  return conf;
}

std::uint64_t producer_record_bytes(const KafkaSettings& settings) {
  const std::string_view said = settings.properties.find("message.max.bytes");
  std::uint64_t bytes = kDefaultRecordBytes;
  if (!said.empty()) std::from_chars(said.data(), said.data() + said.size(), bytes);
  return bytes;
}

std::string problem_of(const KafkaSettings& settings) {
  // Making a client of GSSAPI asks the key distribution centre for a ticket: not while files are read.
  const auto mechanism = settings.properties.find("sasl.mechanisms");
  const auto alias = settings.properties.find("sasl.mechanism");
  const std::string_view protocol = settings.properties.find("security.protocol");
  const bool sasl = net::equals_ignoring_case(protocol.substr(0, 4), "sasl");
  if (sasl && mechanism.empty() && alias.empty())
    return "security.protocol asks for sasl.mechanisms: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or GSSAPI";
  if (mechanism == "GSSAPI" || alias == "GSSAPI") return {};
  KafkaSettings nowhere = settings.clone();
  nowhere.brokers.clear();
  for (const rd_kafka_type_t type : {RD_KAFKA_PRODUCER, RD_KAFKA_CONSUMER}) {
    Conf conf = type == RD_KAFKA_PRODUCER ? producer_conf(nowhere, "check", {})
                                          : consumer_conf(nowhere, "check", {"check", "check"}, 8);
    std::array<char, kErrorText> said{};
    rd_kafka_t* const client = rd_kafka_new(type, conf.get(), said.data(), said.size());
    if (client == nullptr) return without_secrets(said.data(), settings);
    conf.release();  // the client has it now
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  return {};
}

}  // namespace causeway::kafka
