#include "adapters/kafka/kafka_producer.h"

#include <gtest/gtest.h>

#include <poll.h>

#include <algorithm>
#include <random>

#include "kafka_adapter/broker_admin.h"
#include "kafka_adapter/bus_fixture.h"

namespace causeway::kafka {
namespace {

using Sent = events::BusProducer::Sent;

class KafkaProducerTest : public BusTest {
 protected:
  /// Forty events that do not compress; the 20th is larger than what a topic of 20,000 bytes takes.
  static events::StoredEvent incompressible(events::Position at) {
    const std::size_t size = at == 20 ? 30'000 : 1'500;
    std::string body = R"({"eventId":")";
    std::minstd_rand random(static_cast<unsigned>(at));
    for (std::size_t i = 0; i < size; ++i) body += static_cast<char>('a' + random() % 26);
    return event(at, "k", body + "\"}");
  }
};

TEST_F(KafkaProducerTest, MakesTheTopicAndSaysWhatItTakes) {
  const auto its =
      topic(fresh("orders"), 3, [](events::TopicSettings& settings) { settings.retention = std::chrono::hours(48); });
  Result<events::BusTopic> said = producer().resolve(*its, Seconds(10));
  ASSERT_TRUE(said.ok()) << said.error().info().internal;
  EXPECT_EQ(said->partitions, 3u);
  EXPECT_EQ(said->record_bytes, 1'000'000u - KafkaProducer::kFraming);
  EXPECT_TRUE(tool("-L -t " + its->name()).find("with 3 partitions") != std::string::npos);
  const auto other = topic(its->name(), 8);
  said = producer().resolve(*other, Seconds(10));
  ASSERT_TRUE(said.ok());
  EXPECT_EQ(said->partitions, 3u);
}

TEST_F(KafkaProducerTest, DoesNotMakeATopicThatMustBeThere) {
  const auto its = topic(fresh("absent"), 1, [](events::TopicSettings& settings) { settings.kafka.create = false; });
  Result<events::BusTopic> said = producer().resolve(*its, Seconds(10));
  ASSERT_FALSE(said.ok());
  EXPECT_EQ(said.error().info().internal, "kafka: " + its->name() + ": there is no such topic, and `create` is false");
}

TEST_F(KafkaProducerTest, SendsEventsWithKeyHeadersAndTime) {
  const auto its = made(fresh("orders"), 4);
  events::StoredEvent one = event(7, "ORD1", R"({"eventId":"e-7","data":{"price":19.90}})");
  one.headers = R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";
  ASSERT_EQ(send(*its, 2, one), Sent::kQueued);
  ASSERT_EQ(send(*its, 1, event(8)), Sent::kQueued);
  const auto all = reports(2);
  ASSERT_EQ(all.size(), 2u);
  for (const SendReport& report : all) {
    EXPECT_EQ(report.outcome, SendReport::Outcome::kTaken);
    EXPECT_EQ(report.place.partition, report.token == 7 ? 2u : 1u);
    EXPECT_EQ(report.place.offset, 0);
  }
  EXPECT_EQ(tool("-C -q -e -t " + its->name() + " -p 2 -f '%k|%s|%T|%h'"),
            R"(ORD1|{"eventId":"e-7","data":{"price":19.90}}|)" + std::to_string(one.stored_at) +
                "|eventId=e-7,eventType=ORDER_CREATED,source=oms,"
                "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,"
                "causeway-store=store-1,causeway-shard=0,causeway-position=7");
  EXPECT_EQ(tool("-C -q -e -t " + its->name() + " -p 1 -f '%K'"), "-1");
}

TEST_F(KafkaProducerTest, WakesByItsEventfd) {
  const auto its = made(fresh("orders"));
  std::vector<SendReport> all;
  producer().reports(all);
  std::uint64_t count = 0;
  while (::read(wake_fd_, &count, sizeof count) > 0) producer().reports(all);
  ASSERT_EQ(send(*its, 0, event(1)), Sent::kQueued);
  while (all.empty()) {
    pollfd waiting{wake_fd_, POLLIN, 0};
    ASSERT_EQ(::poll(&waiting, 1, 20'000), 1);
    ASSERT_EQ(::read(wake_fd_, &count, sizeof count), 8);
    producer().reports(all);
  }
  EXPECT_EQ(all.size(), 1u);
}

TEST_F(KafkaProducerTest, ReportsAPartitionInTheOrderOfSending) {
  const auto its = made(fresh("orders"), 2);
  for (events::Position at = 1; at <= 5000; ++at) {
    while (send(*its, at % 2, event(at, "k")) == Sent::kFull) std::this_thread::yield();
  }
  const auto all = reports(5000);
  ASSERT_EQ(all.size(), 5000u);
  std::uint64_t last[2] = {0, 0};
  std::int64_t offset[2] = {-1, -1};
  for (const SendReport& report : all) {
    ASSERT_EQ(report.outcome, SendReport::Outcome::kTaken);
    ASSERT_GT(report.token, last[report.place.partition]);
    ASSERT_GT(report.place.offset, offset[report.place.partition]);
    last[report.place.partition] = report.token;
    offset[report.place.partition] = report.place.offset;
  }
}

TEST_F(KafkaProducerTest, SaysFullWhenTooMuchWaits) {
  const auto its = made(fresh("orders"));
  broker().pause();
  int queued = 0;
  Sent sent = Sent::kQueued;
  for (; queued < 30'000; ++queued)
    if ((sent = send(*its, 0, event(queued + 1))) != Sent::kQueued) break;
  broker().resume();
  EXPECT_EQ(sent, Sent::kFull);
  EXPECT_EQ(queued, 20'000);
  EXPECT_EQ(reports(20'000).size(), 20'000u);
}

TEST_F(KafkaProducerTest, RefusesWhatTheClientCannotSend) {
  const auto its = made(fresh("orders"));
  EXPECT_EQ(send(*its, 0, event(1, "k", std::string(2'000'000, ' '))), Sent::kRefused);
  EXPECT_TRUE(producer().healthy());
  publish(*its, 0, 2, 3);
}

TEST_F(KafkaProducerTest, FindsTheRecordThatTheBrokerRefuses) {
  const std::string name = fresh("small");
  // As if the broker had not said its limit: it comes down after the topic was looked at.
  const auto its = made(name);
  limit_record_bytes(broker(), name, 20'000);
  for (events::Position at = 1; at <= 40 && send(*its, 0, incompressible(at)) == Sent::kQueued; ++at) {
  }
  std::vector<std::uint64_t> taken;
  std::vector<std::uint64_t> refused;
  events::Position next = 1;
  // The relay's part: what has no end is sent again after each failure, in order.
  ASSERT_TRUE(wait_for([&] {
    std::vector<SendReport> now;
    producer().reports(now);
    for (const SendReport& report : now) {
      if (report.outcome == SendReport::Outcome::kTaken) taken.push_back(report.token);
      if (report.outcome == SendReport::Outcome::kRefused) refused.push_back(report.token);
    }
    if (!producer().healthy()) {
      producer().rebuild();
      producer().reports(now);
      next = static_cast<events::Position>(taken.size() + refused.size()) + 1;
      for (events::Position at = next; at <= 40; ++at) send(*its, 0, incompressible(at));
    }
    return taken.size() + refused.size() >= 40;
  }));
  EXPECT_EQ(refused, std::vector<std::uint64_t>{20});
  EXPECT_EQ(taken.size(), 39u);
}

TEST_F(KafkaProducerTest, MakesNoBatchThatASmallTopicRefuses) {
  const std::string name = fresh("small");
  made(name);
  limit_record_bytes(broker(), name, 20'000);
  const auto its = topic(name);
  Result<events::BusTopic> said = producer().resolve(*its, Seconds(10));
  ASSERT_TRUE(said.ok());
  EXPECT_EQ(said->record_bytes, 20'000u - KafkaProducer::kFraming);
  EXPECT_FALSE(producer().healthy());
  producer().rebuild();
  EXPECT_TRUE(producer().healthy());
  for (events::Position at = 1; at <= 500; ++at) ASSERT_EQ(send(*its, 0, event(at, "k")), Sent::kQueued);
  for (const SendReport& report : reports(500)) ASSERT_EQ(report.outcome, SendReport::Outcome::kTaken);
}

TEST_F(KafkaProducerTest, IsMadeAnewAfterAFatalError) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 2);
  auto& its_own = static_cast<KafkaProducer&>(producer());
  rd_kafka_test_fatal_error(its_own.client(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test says so");
  std::vector<SendReport> none;
  ASSERT_TRUE(wait_for([&] {
    producer().reports(none);
    return !producer().healthy();
  }));
  EXPECT_EQ(send(*its, 0, event(3)), Sent::kBroken);
  producer().rebuild();
  EXPECT_TRUE(producer().healthy());
  publish(*its, 0, 3, 4);
  EXPECT_TRUE(log().find("a test says so") != std::string::npos) << log();
}

TEST_F(KafkaProducerTest, IsMadeAnewInAMomentWhileTheBrokerIsAway) {
  const auto its = made(fresh("orders"));
  broker().pause();
  for (events::Position at = 1; at <= 100; ++at) send(*its, 0, event(at));
  const auto before = std::chrono::steady_clock::now();
  producer().rebuild();
  EXPECT_LT(std::chrono::steady_clock::now() - before, Seconds(5));
  EXPECT_TRUE(producer().healthy());
  broker().resume();
  publish(*its, 0, 1, 100);
}

TEST_F(KafkaProducerTest, LosesAndDoublesNothingWhenTheBrokerIsKilled) {
  const auto its = made(fresh("orders"));
  events::Position sent = 0;
  std::vector<SendReport> all;
  const auto send_some = [&](int count) {
    for (int i = 0; i < count; ++i)
      if (send(*its, 0, event(sent + 1)) == Sent::kQueued) ++sent;
    producer().reports(all);
  };
  send_some(2000);
  broker().kill();
  send_some(2000);
  broker().start();
  send_some(2000);
  ASSERT_TRUE(wait_for([&] {
    producer().reports(all);
    return all.size() == static_cast<std::size_t>(sent);
  }));
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].outcome, SendReport::Outcome::kTaken);
    ASSERT_EQ(all[i].token, i + 1);
  }
  std::string text = tool("-C -q -e -t " + its->name() + " -f '%s\\n'");
  EXPECT_EQ(std::ranges::count(text, '\n'), 6000);
}

TEST_F(KafkaProducerTest, TellsWhetherABrokerIsThere) {
  const auto its = made(fresh("orders"));
  publish(*its, 0, 1, 1);
  EXPECT_TRUE(bus_->reachable());
  EXPECT_EQ(metric("causeway_kafka_connected{client=\"relay\"}"), 1);
  std::vector<SendReport> none;
  broker().kill();
  EXPECT_TRUE(wait_for([&] {
    producer().reports(none);
    return !bus_->reachable() && metric("causeway_kafka_connected{client=\"relay\"}") == 0;
  }));
  broker().start();
  EXPECT_TRUE(wait_for([&] {
    producer().reports(none);
    return bus_->reachable() && metric("causeway_kafka_brokers_connected{client=\"relay\"}") == 1;
  }));
  EXPECT_EQ(metric("causeway_kafka_messages_sent_total{client=\"relay\"}"), 1);
}

}  // namespace
}  // namespace causeway::kafka
