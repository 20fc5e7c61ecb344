#include "adapters/kafka/settings.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/kafka/client_conf.h"
#include "config/config_fixture.h"

namespace causeway::kafka {
namespace {

using config::environment;
using config::Read;

std::string complaint(std::string_view text) {
  return config::complaint<KafkaSettings>(text, environment({{"PASSWORD", "hunter2"}}));
}

std::string property(const std::string& line) {
  return complaint("brokers: [\"127.0.0.1:9092\"]\nproperties:\n  " + line + "\n");
}

TEST(KafkaSettings, ReadsBrokersAndProperties) {
  const Read<KafkaSettings> read(
      "brokers: [\"10.0.0.1:9092\", \"kafka-2.internal:9093\", \"[::1]:9094\"]\n"
      "properties: {compression.codec: zstd, linger.ms: 5, session.timeout.ms: 10000}\n");
  ASSERT_EQ(read.errors.to_text(), "");
  EXPECT_EQ(broker_list(read.value), "10.0.0.1:9092,kafka-2.internal:9093,[::1]:9094");
  EXPECT_EQ(read.value.properties.find("compression.codec"), "zstd");
  EXPECT_EQ(read.value.properties.find("linger.ms"), "5");
  EXPECT_EQ(read.value.properties.find("sasl.password"), "");
}

TEST(KafkaSettings, RefusesBrokersThatAreNoAddresses) {
  EXPECT_EQ(complaint("properties: {}"), "config/a.yaml:1:1: missing \"brokers\" (host:port of some of the brokers)\n");
  EXPECT_EQ(complaint("brokers: []"), "config/a.yaml:1:10: brokers: expected at least one broker\n");
  EXPECT_EQ(complaint("brokers: [\"127.0.0.1\", \"a:b\"]"),
            "config/a.yaml:1:11: brokers[0]: expected an address such as 10.0.0.11:8080, got \"127.0.0.1\"\n"
            "config/a.yaml:1:24: brokers[1]: expected an address such as 10.0.0.11:8080, got \"a:b\"\n");
}

TEST(KafkaProperties, AreTheAllowedOnesAndSayWhy) {
  EXPECT_EQ(property("enable.idempotence: false"),
            "config/a.yaml:3:3: properties[\"enable.idempotence\"]: \"enable.idempotence\" is not to be set: no event "
            "may be lost, doubled or put out of order on its way\n");
  EXPECT_EQ(
      property("group.id: mine"),
      "config/a.yaml:3:3: properties[\"group.id\"]: \"group.id\" is not to be set: it is the subscription's group\n");
  EXPECT_EQ(
      property("bootstrap.servers: a:1"),
      "config/a.yaml:3:3: properties[\"bootstrap.servers\"]: \"bootstrap.servers\" is not to be set: it is said by "
      "`brokers`\n");
  EXPECT_EQ(property("compresion.codec: lz4"),
            "config/a.yaml:3:3: properties[\"compresion.codec\"]: \"compresion.codec\" is not a property of Kafka's "
            "clients that can be set here (did you mean \"compression.codec\"?)\n");
  EXPECT_EQ(property("sasl.mechanisms: OAUTHBEARER"),
            "config/a.yaml:3:20: properties[\"sasl.mechanisms\"]: OAUTHBEARER is not in this version\n");
}

TEST(KafkaProperties, HaveValuesThatLibrdkafkaTakes) {
  EXPECT_EQ(property("linger.ms: -5"),
            "config/a.yaml:3:14: properties[\"linger.ms\"]: Configuration property \"linger.ms\" value -5 is outside "
            "allowed range 0..900000\n");
  EXPECT_EQ(property("compression.codec: zip"),
            "config/a.yaml:3:22: properties[\"compression.codec\"]: Invalid value \"zip\" for configuration property "
            "\"compression.codec\"\n");
  EXPECT_EQ(property("linger.ms: {a: b}"),
            "config/a.yaml:3:14: properties[\"linger.ms\"]: expected a text, got a mapping\n");
  EXPECT_EQ(property("compression.codec: ${env:PASSWORD}"),
            "config/a.yaml:3:22: properties[\"compression.codec\"]: not a value of \"compression.codec\"\n");
  EXPECT_EQ(property("sasl.password: ${env:NOT_SET}"),
            "config/a.yaml:3:18: properties[\"sasl.password\"]: environment variable NOT_SET is not set\n");
}

TEST(KafkaProperties, AreWholeNumbersWhereLibrdkafkaWouldTakeTheirBeginning) {
  EXPECT_EQ(property("session.timeout.ms: 6 s"),
            "config/a.yaml:3:23: properties[\"session.timeout.ms\"]: expected a number without a unit for "
            "\"session.timeout.ms\"\n");
  EXPECT_EQ(property("linger.ms: 0.5ms"),
            "config/a.yaml:3:14: properties[\"linger.ms\"]: expected a number without a unit for \"linger.ms\"\n");
  EXPECT_EQ(property("session.timeout.ms: -6000"),
            "config/a.yaml:3:23: properties[\"session.timeout.ms\"]: Configuration property \"session.timeout.ms\" "
            "value -6000 is outside allowed range 1..3600000\n");
  EXPECT_EQ(property("linger.ms: 0.5"), "");
  EXPECT_EQ(property("client.id: 6 s"), "");
  EXPECT_EQ(property("check.crcs: \"true\""), "");
}

TEST(KafkaProperties, OfASessionFitTogether) {
  EXPECT_EQ(property("heartbeat.interval.ms: 6000"),
            "config/a.yaml:3:26: properties[\"heartbeat.interval.ms\"]: heartbeat.interval.ms is 6000 and "
            "session.timeout.ms is 6000: a member would be given up between two heartbeats\n");
  EXPECT_EQ(property("session.timeout.ms: 2000"),
            "config/a.yaml:3:23: properties[\"session.timeout.ms\"]: heartbeat.interval.ms is 2000 and "
            "session.timeout.ms is 2000: a member would be given up between two heartbeats\n");
  EXPECT_EQ(property("session.timeout.ms: 3000000"),
            "config/a.yaml:3:23: properties[\"session.timeout.ms\"]: warning: brokers take 6000 to 1800000, unless "
            "their group.min.session.timeout.ms and group.max.session.timeout.ms say otherwise\n");
  EXPECT_EQ(property("session.timeout.ms: 45000"), "");
}

TEST(KafkaProperties, WarnOfScramThatBrokersRefuse) {
  if (rd_kafka_version() >= 0x02060000) GTEST_SKIP() << "this librdkafka has it right";
  EXPECT_EQ(property("{security.protocol: sasl_plaintext, sasl.mechanism: SCRAM-SHA-256, sasl.username: u, "
                     "sasl.password: p}"),
            std::string("config/a.yaml:3:55: properties[\"sasl.mechanism\"]: warning: brokers of today refuse SCRAM as "
                        "this librdkafka, ") +
                rd_kafka_version_str() + ", speaks it; 2.6 has it right\n");
}

TEST(KafkaProperties, NeverShowWhatCameByAReference) {
  EXPECT_EQ(property("sasl.mechanism: ${env:PASSWORD}\n  security.protocol: sasl_plaintext"),
            "config/a.yaml:3:3: properties: Unsupported SASL mechanism: ***\n");
}

TEST(KafkaProperties, NameFilesBesideTheConfiguration) {
  const config::TemporaryFolder folder;
  EXPECT_EQ(
      property("ssl.ca.location: ca.pem"),
      "config/a.yaml:3:20: properties[\"ssl.ca.location\"]: file ca.pem cannot be read: No such file or directory\n");
  folder.write("config/ca.pem", "no certificate");
  const std::string text = property("{security.protocol: ssl, ssl.ca.location: ca.pem}");
  EXPECT_TRUE(text.starts_with("config/a.yaml:3:3: properties: ssl.ca.location failed: ")) << text;
}

TEST(KafkaProperties, FitTogether) {
  EXPECT_EQ(property("security.protocol: sasl_plaintext"),
            "config/a.yaml:3:3: properties: security.protocol asks for sasl.mechanisms: PLAIN, SCRAM-SHA-256, "
            "SCRAM-SHA-512 or GSSAPI\n");
  EXPECT_EQ(property("{security.protocol: SASL_SSL, sasl.mechanisms: PLAIN, sasl.username: causeway}"),
            "config/a.yaml:3:3: properties: sasl.username and sasl.password must be set\n");
  EXPECT_EQ(property("{security.protocol: SASL_SSL, sasl.mechanisms: PLAIN, sasl.username: causeway, "
                     "sasl.password: \"${env:PASSWORD}\"}"),
            "");
  EXPECT_EQ(property("sasl.username: causeway"),
            "config/a.yaml:3:3: properties[\"sasl.username\"]: warning: not used: security.protocol is plaintext\n");
}

TEST(KafkaSettings, AreTheSameOnlyWithTheSameSecrets) {
  const std::string text =
      "brokers: [\"a:1\"]\nproperties: {security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: u, "
      "sasl.password: \"${env:PASSWORD}\"}";
  const Read<KafkaSettings> one(text, environment({{"PASSWORD", "first"}}));
  const Read<KafkaSettings> same(text, environment({{"PASSWORD", "first"}}));
  const Read<KafkaSettings> other(text, environment({{"PASSWORD", "second"}}));
  ASSERT_EQ(one.errors.to_text(), "");
  EXPECT_TRUE(one.value == same.value);
  EXPECT_FALSE(one.value == other.value);
}

std::string said_by(const Conf& conf, const char* name) {
  std::size_t size = 0;
  if (rd_kafka_conf_get(conf.get(), name, nullptr, &size) != RD_KAFKA_CONF_OK) return "?";
  std::string value(size, '\0');
  rd_kafka_conf_get(conf.get(), name, value.data(), &size);
  value.resize(size - 1);
  return value;
}

TEST(ClientConf, KeepsWhatThePromisesStandOn) {
  const Read<KafkaSettings> read(
      "brokers: [\"a:1\"]\nproperties: {compression.type: gzip, batch.size: 5000, session.timeout.ms: 9000}");
  const Conf producer = producer_conf(read.value, "node-1", {});
  for (const auto& [name, value] : {std::pair{"enable.idempotence", "true"},
                                    {"enable.gapless.guarantee", "true"},
                                    {"message.timeout.ms", "0"},
                                    {"request.required.acks", "-1"},
                                    {"allow.auto.create.topics", "false"},
                                    {"compression.codec", "gzip"},
                                    {"batch.size", "5000"},
                                    {"client.id", "causeway-node-1"},
                                    {"metadata.broker.list", "a:1"}})
    EXPECT_EQ(said_by(producer, name), value) << name;
  EXPECT_EQ(said_by(producer_conf(read.value, "n", {.bytes = 2000, .single = true}), "batch.size"), "2000");
  EXPECT_EQ(said_by(producer_conf(read.value, "n", {.bytes = 2000, .single = true}), "batch.num.messages"), "1");
  const Conf consumer = consumer_conf(read.value, "n", {"billing", "store-1.orders"}, 64);
  for (const auto& [name, value] : {std::pair{"group.id", "billing"},
                                    {"group.instance.id", "store-1.orders"},
                                    {"enable.auto.commit", "false"},
                                    {"auto.offset.reset", "error"},
                                    {"isolation.level", "read_committed"},
                                    {"session.timeout.ms", "9000"},
                                    {"queued.max.messages.kbytes", "96"},
                                    {"fetch.message.max.bytes", "98304"}})
    EXPECT_EQ(said_by(consumer, name), value) << name;
}

TEST(KafkaMember, IsNamedByTheStoreAndTheTopic) {
  EXPECT_EQ(instance_of("3f2a", "prod.orders"), "causeway-3f2a-prod.orders");
  EXPECT_EQ(instance_of("", "prod.orders"), "");
  const std::string one = instance_of("3f2a", std::string(249, 'a'));
  const std::string other = instance_of("3f2a", std::string(248, 'a') + 'b');
  EXPECT_EQ(one.size(), 249u);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace causeway::kafka
