// TLS and SASL against a broker that asks for them.
#include <gtest/gtest.h>

#include <cstdlib>

#include "adapters/kafka/client_conf.h"
#include "kafka_adapter/bus_fixture.h"

namespace causeway::kafka {
namespace {

/// Certificates of an authority of its own, and a broker with one more listener that asks for TLS and whatever else its
/// settings say.
class SecureBroker {
 public:
  explicit SecureBroker(const std::string& listener) {
    make_certificates();
    const std::string store =
        "listener.name.secure.ssl.keystore.type=PEM\nlistener.name.secure.ssl.keystore.location=" +
        folder_ / "broker.pem";
    broker_ = std::make_unique<Broker>(
        "listeners=PLAINTEXT://127.0.0.1:@PORT@,CONTROLLER://127.0.0.1:@CONTROLLER_PORT@,SECURE://"
        "127.0.0.1:@EXTRA_PORT@\n"
        "advertised.listeners=PLAINTEXT://127.0.0.1:@PORT@,SECURE://127.0.0.1:@EXTRA_PORT@\n" +
            store + "\nlistener.name.secure.ssl.truststore.type=PEM\nlistener.name.secure.ssl.truststore.location=" +
            (folder_ / "ca.pem") + '\n' + listener,
        "--add-scram SCRAM-SHA-256=[name=causeway,password=secret-1]");
  }

  Broker& broker() { return *broker_; }
  std::string file(const std::string& name) const { return folder_ / name; }

 private:
  void make_certificates() {
    const std::string in = "cd " + folder_.path().string() + " && ";
    const std::string script =
        in +
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null && "
        "for who in broker client; do "
        "openssl req -newkey rsa:2048 -nodes -keyout $who.key -out $who.csr -subj /CN=$who 2>/dev/null && "
        "printf 'subjectAltName=IP:127.0.0.1' > ext && "
        "openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out $who.crt "
        "2>/dev/null || exit 1; done && "
        "openssl rsa -aes128 -passout pass:open -in client.key -out locked.key 2>/dev/null && "
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=other "
        "2>/dev/null "
        "&& cat broker.key broker.crt ca.pem > broker.pem";
    ASSERT_EQ(std::system(script.c_str()), 0);
  }

  fakes::TemporaryFolder folder_;
  std::unique_ptr<Broker> broker_;
};

class SecureBusTest : public BusTest {
 protected:
  virtual SecureBroker& secure() = 0;
  Broker& broker() override { return secure().broker(); }
  KafkaSettings settings() override {
    KafkaSettings settings;
    settings.brokers.push_back(*net::parse_host_port(broker().extra_address()));
    for (const auto& [name, value] : properties_)
      settings.properties.list.push_back({name, config::Secret(value), PropertyUse::kBoth, true});
    EXPECT_EQ(problem_of(settings), "");
    return settings;
  }
  void SetUp() override {}

  void there_and_back(const std::map<std::string, std::string>& properties) {
    properties_ = properties;
    open();
    const auto its = made(fresh("secret"));
    publish(*its, 0, 1, 20);
    auto& group = reader(its->name(), its);
    EXPECT_EQ(starts(group, events::Start::kEarliest), std::vector<events::Position>{0});
    group.begin(std::vector<events::Position>{0});
    EXPECT_EQ(ids(read(group, 20)), expected(0, 1, 20));
    TearDown();
  }
  /// What the log says of the cause.
  std::string refused(const std::map<std::string, std::string>& properties, const std::string& cause) {
    properties_ = properties;
    open();
    const auto its = topic(fresh("secret"));
    EXPECT_FALSE(producer().resolve(*its, Seconds(1)).ok());
    wait_for(
        [&] {
          std::vector<SendReport> none;
          producer().reports(none);
          return log().find(cause) != std::string::npos;
        },
        Seconds(15));
    EXPECT_FALSE(bus_->reachable());
    TearDown();
    return log();
  }

  std::map<std::string, std::string> properties_;
};

class TlsTest : public SecureBusTest {
 protected:
  SecureBroker& secure() override {
    static SecureBroker secure(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SSL\n"
        "listener.name.secure.ssl.client.auth=required\n");
    return secure;
  }
};

TEST_F(TlsTest, ShowsAClientCertificate) {
  there_and_back({{"security.protocol", "ssl"},
                  {"ssl.ca.location", secure().file("ca.pem")},
                  {"ssl.certificate.location", secure().file("client.crt")},
                  {"ssl.key.location", secure().file("locked.key")},
                  {"ssl.key.password", "open"}});
}

TEST_F(TlsTest, TrustsNobodyElse) {
  const std::string said = refused({{"security.protocol", "ssl"},
                                    {"ssl.ca.location", secure().file("other.pem")},
                                    {"ssl.certificate.location", secure().file("client.crt")},
                                    {"ssl.key.location", secure().file("client.key")}},
                                   "certificate verify failed");
  EXPECT_TRUE(said.find("certificate verify failed") != std::string::npos) << said;
}

TEST_F(TlsTest, ReadsAKeyOnlyWithItsPassword) {
  properties_ = {{"security.protocol", "ssl"},
                 {"ssl.certificate.location", secure().file("client.crt")},
                 {"ssl.key.location", secure().file("locked.key")},
                 {"ssl.key.password", "wrong"}};
  KafkaSettings settings;
  for (const auto& [name, value] : properties_)
    settings.properties.list.push_back({name, config::Secret(value), PropertyUse::kBoth, name == "ssl.key.password"});
  const std::string problem = problem_of(settings);
  EXPECT_TRUE(problem.find("ssl.key.location failed") != std::string::npos) << problem;
  EXPECT_TRUE(problem.find("wrong") == std::string::npos) << problem;
}

class SaslTest : public SecureBusTest {
 protected:
  SecureBroker& secure() override {
    static SecureBroker secure(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL\n"
        "listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256\n"
        "listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        "user_causeway=\"hunter2\";\n"
        "listener.name.secure.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule "
        "required;\n");
    return secure;
  }
  std::map<std::string, std::string> with(const std::string& mechanism, const std::string& password) {
    return {{"security.protocol", "sasl_ssl"},
            {"ssl.ca.location", secure().file("ca.pem")},
            {"sasl.mechanisms", mechanism},
            {"sasl.username", "causeway"},
            {"sasl.password", password}};
  }
};

TEST_F(SaslTest, TellsItsPassword) { there_and_back(with("PLAIN", "hunter2")); }

TEST_F(SaslTest, IsRefusedWithAnotherPasswordWhichIsNotLogged) {
  const std::string said = refused(with("PLAIN", "hunter3"), "uthentication failed");
  EXPECT_TRUE(said.find("uthentication failed") != std::string::npos) << said;
  EXPECT_TRUE(said.find("hunter3") == std::string::npos) << said;
}

TEST_F(SaslTest, ProvesItsPassword) {
  if (rd_kafka_version() < 0x02060000) GTEST_SKIP() << "this librdkafka sends a nonce that Kafka refuses";
  there_and_back(with("SCRAM-SHA-256", "secret-1"));
}

}  // namespace
}  // namespace causeway::kafka
