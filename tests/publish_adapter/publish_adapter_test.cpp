#include "adapters/publish/publish_adapter.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"
#include "fakes/consumers.h"
#include "fakes/fixed_publications.h"
#include "fakes/log_exchange_fixture.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kHead = "POST /events HTTP/1.1\nHost: a\nContent-Type: application/json";

class PublishAdapterTest : public fakes::LogExchangeFixture {
 protected:
  /// What `check` says about these settings; `adapter` is what came of them.
  std::string build(const std::string& yaml, const std::shared_ptr<const events::Topic>& topic) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto settings = config::read<PublishSettings>(*node, reading);
    adapter = PublishAdapter::build(settings, topic, event_log, reading);
    return errors.to_text();
  }

  fakes::Call& publish(std::string body, std::string_view head = kHead, std::string_view consumer = "oms") {
    fakes::Call& one = call(head);
    one.exchange.request.body = Body(bodies.emplace_back(std::move(body)));
    one.exchange.consumer = consumers.find(consumer);
    one.exchange.authenticated = one.exchange.consumer != nullptr;
    const Result<> result = run(adapter->call(one.exchange));
    if (!result) reply_error(one.exchange, result.error());
    return one;
  }
  std::string answer_to(std::string body, std::string_view head = kHead, std::string_view consumer = "oms") {
    return answer(publish(std::move(body), head, consumer));
  }

  static std::string refused(int status, const std::string& code_and_message, const std::string& details = "",
                             const std::string& fields = "") {
    return std::to_string(status) + "\n" + fields + "Content-Type: application/json\n\n{\"code\":" + code_and_message +
           R"(,"data":null,"timestamp":1772337600123,"details":{"requestId":"r-1")" + details + "}}";
  }

  security::ConsumerTable consumers = fakes::consumers();
  std::list<std::string> bodies;
  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic", "{{ .orderId }}"));
  std::shared_ptr<const events::Topic> inventory =
      topic(topic_settings("inventory-topic", "{{ .warehouseId }}:{{ .skuId }}", events::EventShape::kFlat));
  std::unique_ptr<PublishAdapter> adapter;
};

TEST_F(PublishAdapterTest, StoresOneEventAndSaysSo) {
  ASSERT_EQ(build("{topic: order-topic}", orders), "");
  fakes::Call& one =
      publish(R"({"eventId":"o-1","eventType":"ORDER_CREATED","timestamp":7,"data":{"orderId":"A","sum":19.90}})");
  EXPECT_EQ(answer(one),
            "202\nContent-Type: application/json\nX-Causeway-Event: o-1; status=stored\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(stored("order-topic", "o-1", one),
            R"(oms | A | ORDER_CREATED | {"eventId":"o-1","eventType":"ORDER_CREATED","timestamp":7,)"
            R"("data":{"orderId":"A","sum":19.90}} | {"traceparent":"<trace>"})");
  EXPECT_EQ(samples("causeway_events_stored_total"), "causeway_events_stored_total{topic=\"order-topic\"} 1\n");
}

TEST_F(PublishAdapterTest, GivesAnIdToAnEventWithoutOne) {
  ASSERT_EQ(build("{topic: order-topic, type: ORDER_CREATED}", orders), "");
  fakes::Call& one = publish(R"({"data":{}})");
  const std::string id(one.exchange.response.headers.get(net::HeaderId::kXCausewayEvent)->substr(0, 36));
  EXPECT_EQ(one.exchange.response.body.whole(),
            R"({"eventId":")" + id + R"(","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(stored("order-topic", id, one), R"(oms |  | ORDER_CREATED | {"eventId":")" + id +
                                                R"(","eventType":"ORDER_CREATED","timestamp":1772337600123,"data":{}})"
                                                R"( | {"traceparent":"<trace>"})");
}

TEST_F(PublishAdapterTest, SaysWhereItLiesOnTheBus) {
  ASSERT_EQ(build("{topic: inventory-topic, type: INVENTORY_CHANGED, acknowledge: broker}", inventory), "");
  const std::string body = R"({"eventId":"i-1","warehouseId":"W","skuId":"S","timestamp":7,"afterQty":5.0})";
  const std::uint32_t shard = events::shard_of("W:S", "i-1", 4);
  const std::string place = R"("partition":)" + std::to_string(shard) + R"(,"offset":1)";
  fakes::Call& one = publish(body);
  EXPECT_EQ(answer(one),
            "201\nContent-Type: application/json\nX-Causeway-Event: i-1; status=published\n\n"
            R"({"eventId":"i-1","topic":"inventory-topic","status":"published",)" +
                place + "}");
  EXPECT_EQ(stored("inventory-topic", "i-1", one),
            R"(oms | W:S | INVENTORY_CHANGED | {"eventId":"i-1","eventType":"INVENTORY_CHANGED","timestamp":7,)"
            R"("warehouseId":"W","skuId":"S","afterQty":5.0} | {"traceparent":"<trace>"})");
  EXPECT_EQ(answer_to(body),
            "201\nContent-Type: application/json\nX-Causeway-Event: i-1; status=published\n\n"
            R"({"eventId":"i-1","topic":"inventory-topic","status":"published",)" +
                place + R"(,"duplicate":true})");
}

TEST_F(PublishAdapterTest, AnswersTheSameEventAgainAndRefusesAnother) {
  ASSERT_EQ(build("{topic: order-topic}", orders), "");
  const std::string event = R"({"eventId":"o-1","eventType":"T","data":1})";
  const std::string conflict = refused(422, R"(42290,"message":"this id was used before with another payload")");
  publish(event);
  advance(std::chrono::seconds(0));
  EXPECT_EQ(answer_to(event),
            "202\nContent-Type: application/json\nX-Causeway-Event: o-1; status=stored\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"stored","duplicate":true})");
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","eventType":"T","data":2})"), conflict);
  EXPECT_EQ(answer_to(event, kHead, "reporting"), conflict);
  EXPECT_EQ(answer_to(event, kHead, "nobody"), conflict);
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(PublishAdapterTest, StoresAnArrayWithAResultEach) {
  ASSERT_EQ(build("{topic: order-topic, type: T}", orders), "");
  publish(R"({"eventId":"o-2","data":2})");
  EXPECT_EQ(answer_to(R"([{"eventId":"o-1","data":1},{"eventId":"o-2","data":2},{"eventId":"o-1","data":1}])"),
            "202\nContent-Type: application/json\n\n"
            R"({"items":[{"index":0,"eventId":"o-1","status":"stored"},)"
            R"({"index":1,"eventId":"o-2","status":"stored","duplicate":true},)"
            R"({"index":2,"eventId":"o-1","status":"stored","duplicate":true}]})");
  EXPECT_EQ(stored_count("order-topic"), 2);
  ASSERT_EQ(build("{topic: order-topic, type: T, acknowledge: broker}", orders), "");
  const auto place = [](const std::string& id) {
    return R"("partition":)" + std::to_string(events::shard_of("K" + id, id, 4)) + R"(,"offset":)";
  };
  const std::string text = answer_to(R"([{"eventId":"o-3","data":1,"key":"Ko-3"}])");
  EXPECT_EQ(text.substr(0, text.find("\"offset\":") + 9),
            "201\nContent-Type: application/json\n\n"
            R"({"items":[{"index":0,"eventId":"o-3","status":"published",)" +
                place("o-3"));
}

TEST_F(PublishAdapterTest, RefusesAWholeArrayForOneOfItsEvents) {
  ASSERT_EQ(build("{topic: order-topic, type: T}", orders), "");
  publish(R"({"eventId":"o-2","data":2})");
  EXPECT_EQ(answer_to(R"([{"eventId":"o-1","data":1},{"eventId":"o-2","data":3},{"eventId":"o-1","data":4}])"),
            refused(422, R"(42291,"message":"nothing was taken: some items are refused")",
                    R"(,"items":[{"index":1,"code":42290,"message":"this id was used before with another payload"},)"
                    R"({"index":2,"code":42290,"message":"this id was used before with another payload"}])"));
  EXPECT_EQ(answer_to(R"([{"eventId":"o-1","data":1},{"eventId":"o-5"}])"),
            refused(422, R"(42291,"message":"nothing was taken: some items are refused")",
                    R"(,"items":[{"index":1,"code":40092,"message":"data is required"}])"));
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(PublishAdapterTest, TellsWhatIsWrongWithAnEvent) {
  ASSERT_EQ(build("{topic: order-topic}", orders), "");
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","data":1})"),
            refused(400, R"(40092,"message":"the body is not valid")",
                    R"(,"violations":[{"path":"/eventType","keyword":"required","message":"eventType is required"}])"));
  EXPECT_EQ(answer_to("{"), refused(400, R"(40091,"message":"the body is not JSON: a key was expected at byte 1")"));
  EXPECT_EQ(answer_to("[]"), refused(400, R"(40092,"message":"the body is not valid")",
                                     R"(,"violations":[{"path":"","keyword":"minItems",)"
                                     R"("message":"there must be at least 1 event"}])"));
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishAdapterTest, TakesCloudEvents) {
  ASSERT_EQ(build("{topic: order-topic}", orders), "");
  fakes::Call& one =
      publish(R"({"orderId":"A"})",
              "POST /e HTTP/1.1\nHost: a\nContent-Type: application/json\nce-specversion: 1.0\n"
              "ce-id: c-1\nce-type: com.example.created\nce-source: /oms\nce-time: 2018-04-05T03:56:24Z");
  EXPECT_EQ(answer(one),
            "202\nContent-Type: application/json\nX-Causeway-Event: c-1; status=stored\n\n"
            R"({"eventId":"c-1","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(stored("order-topic", "c-1", one),
            R"(oms | A | com.example.created | {"eventId":"c-1","eventType":"com.example.created",)"
            R"("timestamp":1522900584000,"data":{"orderId":"A"}} | )"
            R"({"traceparent":"<trace>","ce-datacontenttype":"application/json","ce-source":"/oms"})");
}

TEST_F(PublishAdapterTest, AcknowledgesNothingThatTheStoreDoesNotTake) {
  ASSERT_EQ(build("{topic: order-topic, type: T}", orders), "");
  fill_disk();
  fakes::Call& one = publish(R"({"eventId":"o-1","data":1})");
  const std::string text = answer(one);
  EXPECT_EQ(text,
            "503\nRetry-After: 5\nContent-Type: application/json\n\n"
            R"({"code":50392,"message":"the event could not be taken, try again later","data":null,)"
            R"("timestamp":1772337602123,"details":{"requestId":"r-1"}})");
  EXPECT_EQ(one.exchange.failure, "less than min_free is left on the disk");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishAdapterTest, TellsTheLogWhatItDid) {
  ASSERT_EQ(build("{topic: order-topic, type: T}", orders), "");
  fakes::Call& one = publish(R"({"eventId":"o-1","data":1})");
  EXPECT_EQ(one.exchange.call.system, "embedded");
  EXPECT_EQ(one.exchange.call.operation, "publish order-topic");
  EXPECT_EQ(one.exchange.call.request_body, R"({"eventId":"o-1","data":1})");
  EXPECT_EQ(one.exchange.call.response_body, R"({"eventId":"o-1","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(publish("{").exchange.call.system, "");
}

TEST_F(PublishAdapterTest, CheckReadsItsSettings) {
  EXPECT_TRUE((build("{topic: order-topic, key: \"{{ .customerId }}\"}", orders), adapter->needs_whole_request()));
  fakes::Call& one = publish(R"({"eventId":"k","eventType":"T","data":{"customerId":"C","orderId":"O"}})");
  EXPECT_EQ(find("order-topic", "k").event.key, "C") << answer(one);
  EXPECT_EQ(build("{topic: order-topic, key: \"{{ .a | tostring }}\"}", orders), "");
  const std::string wrong = build("{topic: order-topic, key: \"{{ $request.a }}\"}", nullptr);
  EXPECT_TRUE(wrong.starts_with("t.yaml:1:") && wrong.ends_with(": key: \"$request\" has no value here\n")) << wrong;
  EXPECT_EQ(build("{topic: a, type: " + std::string(256, 'T') + "}", orders),
            "t.yaml:1:18: type: expected at most 255 bytes, got \"" + std::string(80, 'T') + "...\"\n");
  EXPECT_EQ(build("{type: T, acknowledge: sent}", nullptr),
            "t.yaml:1:1: missing \"topic\" (where the events go)\n"
            "t.yaml:1:24: acknowledge: expected one of broker, stored; got \"sent\"\n");
}

class PublishOnABusTest : public PublishAdapterTest {
 protected:
  PublishOnABusTest() { event_log.use(&publications); }
  static events::TopicSettings on_bus() {
    events::TopicSettings settings = topic_settings("order-topic");
    settings.bus = events::BusKind::kKafka;
    settings.acknowledge_timeout = std::chrono::seconds(3);
    return settings;
  }
  fakes::FixedPublications publications;
  std::shared_ptr<const events::Topic> bus_orders = topic(on_bus());
};

TEST_F(PublishOnABusTest, SaysWhereItLiesOnceItIsThere) {
  ASSERT_EQ(build("{topic: order-topic, acknowledge: broker}", bus_orders), "");
  publications.places = {events::BusPlace{3, 42}};
  const std::string event = R"({"eventId":"o-1","eventType":"T","data":1})";
  fakes::Call& one = publish(event);
  EXPECT_EQ(answer(one),
            "201\nContent-Type: application/json\nX-Causeway-Event: o-1; status=published\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"published","partition":3,"offset":42})");
  EXPECT_EQ(publications.patience, std::chrono::seconds(3));
  EXPECT_EQ(one.exchange.call.system, "kafka");
  EXPECT_EQ(answer_to(event),
            "201\nContent-Type: application/json\nX-Causeway-Event: o-1; status=published\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"published","partition":3,"offset":42,)"
            R"("duplicate":true})");
}

TEST_F(PublishOnABusTest, SaysStoredWhenTheBusIsLate) {
  ASSERT_EQ(build("{topic: order-topic, acknowledge: broker, acknowledge_timeout: 50ms}", bus_orders), "");
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","eventType":"T","data":1})"),
            "202\nContent-Type: application/json\nX-Causeway-Event: o-1; status=stored\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(publications.patience, std::chrono::milliseconds(50));
}

TEST_F(PublishOnABusTest, KeepsTheOffsetToItselfThatNobodyHasTold) {
  ASSERT_EQ(build("{topic: order-topic, acknowledge: broker}", bus_orders), "");
  publications.places = {events::BusPlace{3, -1}};
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","eventType":"T","data":1})"),
            "201\nContent-Type: application/json\nX-Causeway-Event: o-1; status=published\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"published","partition":3})");
}

TEST_F(PublishOnABusTest, AnArrayIsPublishedWhenAllOfItIs) {
  ASSERT_EQ(build("{topic: order-topic, type: T, acknowledge: broker}", bus_orders), "");
  publications.places = {events::BusPlace{3, 42}};
  EXPECT_EQ(answer_to(R"([{"eventId":"o-1","data":1},{"eventId":"o-2","data":2}])"),
            "202\nContent-Type: application/json\n\n"
            R"({"items":[{"index":0,"eventId":"o-1","status":"published","partition":3,"offset":42},)"
            R"({"index":1,"eventId":"o-2","status":"stored"}]})");
  publications.places.push_back(events::BusPlace{0, 7});
  EXPECT_EQ(answer_to(R"([{"eventId":"o-1","data":1},{"eventId":"o-2","data":2}])"),
            "201\nContent-Type: application/json\n\n"
            R"({"items":[{"index":0,"eventId":"o-1","status":"published","partition":3,"offset":42,"duplicate":true},)"
            R"({"index":1,"eventId":"o-2","status":"published","partition":0,"offset":7,"duplicate":true}]})");
}

TEST_F(PublishOnABusTest, WithoutTheWishNobodyWaits) {
  ASSERT_EQ(build("{topic: order-topic}", bus_orders), "");
  publications.places = {events::BusPlace{3, 42}};
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","eventType":"T","data":1})"),
            "202\nContent-Type: application/json\nX-Causeway-Event: o-1; status=stored\n\n"
            R"({"eventId":"o-1","topic":"order-topic","status":"stored"})");
  EXPECT_EQ(publications.patience, Duration());
  EXPECT_EQ(samples("causeway_events_published_total"), "");
}

TEST_F(PublishOnABusTest, WhatIsTooLargeIsNotStored) {
  ASSERT_EQ(build("{topic: order-topic, acknowledge: broker}", bus_orders), "");
  bus_orders->limits->record_bytes = 600;
  EXPECT_EQ(answer_to(R"({"eventId":"o-1","eventType":"T","timestamp":1,"data":1})"),
            refused(413, R"(41390,"message":"the event takes 648 bytes on the bus, order-topic takes at most 600")"));
  EXPECT_EQ(stored_count("order-topic"), 0);
}

}  // namespace
}  // namespace causeway::adapters
