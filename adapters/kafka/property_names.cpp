#include "adapters/kafka/property_names.h"

#include <algorithm>
#include <iterator>

namespace causeway::kafka {
namespace {

using enum PropertyUse;

struct Reserved {
  std::string_view name;
  std::string_view why;
};

constexpr AllowedProperty kAllowed[] = {
    {"security.protocol", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"},
    {"sasl.mechanism", "how the gateway proves who it is: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or GSSAPI"},
    {"sasl.mechanisms", "the same as sasl.mechanism"},
    {"sasl.username", "its name, for PLAIN and SCRAM"},
    {"sasl.password", "its password, for PLAIN and SCRAM", kBoth, PropertyKind::kSecret},
    {"sasl.kerberos.service.name", "the brokers' Kerberos name, for GSSAPI"},
    {"sasl.kerberos.principal", "the gateway's Kerberos name"},
    {"sasl.kerberos.keytab", "keytab with the gateway's Kerberos key", kBoth, PropertyKind::kPath},
    {"sasl.kerberos.min.time.before.relogin", "milliseconds between two logins at Kerberos"},
    {"ssl.ca.location", "PEM file with the authorities of the brokers' certificates", kBoth, PropertyKind::kPath},
    {"ssl.ca.pem", "the same as text"},
    {"ssl.certificate.location", "PEM file with the gateway's own certificate", kBoth, PropertyKind::kPath},
    {"ssl.certificate.pem", "the same as text"},
    {"ssl.key.location", "PEM file with the key of that certificate", kBoth, PropertyKind::kPath},
    {"ssl.key.pem", "the same as text", kBoth, PropertyKind::kSecret},
    {"ssl.key.password", "opens that key", kBoth, PropertyKind::kSecret},
    {"ssl.keystore.location", "PKCS#12 file with certificate and key, instead of PEM", kBoth, PropertyKind::kPath},
    {"ssl.keystore.password", "opens that file", kBoth, PropertyKind::kSecret},
    {"ssl.crl.location", "PEM file with certificates that are revoked", kBoth, PropertyKind::kPath},
    {"ssl.cipher.suites", "cipher suites of TLS, in OpenSSL's words"},
    {"ssl.curves.list", "curves of TLS, in OpenSSL's words"},
    {"ssl.sigalgs.list", "signature algorithms of TLS, in OpenSSL's words"},
    {"ssl.endpoint.identification.algorithm",
     "https: a broker's certificate must be for its name; none: any name will do"},
    {"client.id", "what brokers call the gateway in their log and quotas"},
    {"client.rack", "where the gateway stands, so that it can read from a broker nearby"},
    {"broker.address.family", "any, v4 or v6"},
    {"broker.address.ttl", "milliseconds for which a broker's address is remembered"},
    {"socket.timeout.ms", "milliseconds that a request to a broker may take"},
    {"socket.keepalive.enable", "true: connections are kept alive by TCP"},
    {"socket.send.buffer.bytes", "size of a socket's buffer for sending; 0: the system's"},
    {"socket.receive.buffer.bytes", "size of a socket's buffer for receiving; 0: the system's"},
    {"socket.connection.setup.timeout.ms", "milliseconds that a connection may take to open, TLS and SASL included"},
    {"connections.max.idle.ms", "milliseconds after which a silent connection is closed"},
    {"reconnect.backoff.ms", "milliseconds to wait before a broker is tried again, the first time"},
    {"reconnect.backoff.max.ms", "milliseconds to wait at most"},
    {"metadata.max.age.ms", "milliseconds after which what is known of brokers and partitions counts as old"},
    {"topic.metadata.refresh.interval.ms", "milliseconds between two looks at brokers and partitions"},
    {"topic.metadata.refresh.fast.interval.ms", "the same while a leader is being sought"},
    {"compression.codec", "none, gzip, snappy, lz4 or zstd", kProducer},
    {"compression.type", "the same as compression.codec", kProducer},
    {"compression.level", "how hard to compress; -1: as the codec does by itself", kProducer},
    {"linger.ms", "milliseconds to wait for further events that travel in one batch", kProducer},
    {"queue.buffering.max.ms", "the same as linger.ms", kProducer},
    {"message.max.bytes", "largest record", kProducer},
    {"batch.size", "largest batch", kProducer},
    {"request.timeout.ms", "milliseconds within which a broker acknowledges", kProducer},
    {"retry.backoff.ms", "milliseconds before a batch is sent again", kProducer},
    {"session.timeout.ms", "milliseconds without a heartbeat after which a group goes on without this gateway",
     kConsumer},
    {"heartbeat.interval.ms", "milliseconds between two heartbeats", kConsumer},
    {"fetch.wait.max.ms", "milliseconds that a broker may wait for enough to answer with", kConsumer},
    {"fetch.min.bytes", "how much is enough", kConsumer},
    {"fetch.error.backoff.ms", "milliseconds before a partition is asked again after an error", kConsumer},
    {"check.crcs", "true: checksums of records are checked", kConsumer},
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

}  // namespace

std::span<const AllowedProperty> allowed_properties() { return kAllowed; }

const AllowedProperty* find_allowed(std::string_view name) {
  const auto* const found = std::ranges::find(kAllowed, name, &AllowedProperty::name);
  return found == std::end(kAllowed) ? nullptr : found;
}

std::string_view why_reserved(std::string_view name) {
  const auto* const found = std::ranges::find(kReserved, name, &Reserved::name);
  return found == std::end(kReserved) ? std::string_view() : found->why;
}

}  // namespace causeway::kafka
