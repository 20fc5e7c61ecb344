#include "adapters/event_status/event_status_adapter.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"
#include "events/bus_tables.h"
#include "events/event_tables.h"
#include "events/subscription/group_reader.h"
#include "fakes/log_exchange_fixture.h"

namespace causeway::adapters {
namespace {

/// Subscriptions that have seen everything.
class TwoSubscriptions final : public events::DeliveryStates {
 public:
  void describe(store::Session&, std::string_view topic, std::uint32_t shard, events::Position position,
                std::string_view, const events::Origin* origin, std::vector<events::DeliveryState>& out) override {
    asked = std::string(topic) + ':' + std::to_string(shard) + ':' + std::to_string(position);
    if (origin) asked += ' ' + std::to_string(origin->shard) + ':' + std::to_string(origin->position);
    out.push_back({"erp", "delivered", 0});
    out.push_back({"wms", "retrying", 3});
  }
  void find_copy(store::Session&, events::FindEvent& find) override {
    if (find.event_id != "gone-1") return;
    find.found = true;
    find.shard = 3;
    find.event.position = 7;
    find.event.event_id = find.event_id;
    find.event.type = "X";
    find.event.stored_at = 5;
    find.event.body = R"({"eventId":"gone-1","timestamp":1})";
  }
  std::string asked;
};

class EventStatusAdapterTest : public fakes::LogExchangeFixture {
 protected:
  static routing::PathTemplate path_template(std::string_view text) {
    routing::TemplateError error;
    return routing::PathTemplate::parse(text, error).value();
  }

  std::string build(EventStatusAdapter::Topics topics, events::DeliveryStates* deliveries,
                    std::string_view matched = "/status/{eventId}") {
    config::Errors errors;
    const auto node = config::read_yaml("{event_status: {}}", "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto tagged = config::read_tagged(*node, reading);
    adapter = EventStatusAdapter::build(std::move(topics), path_template(matched), event_log, deliveries, tagged->key,
                                        reading);
    return errors.to_text();
  }

  void store(const std::shared_ptr<const events::Topic>& topic, const std::string& id) {
    events::EventDraft draft;
    draft.event_id = id;
    draft.type = "ORDER_CREATED";
    draft.key = "K";
    draft.timestamp = 1706518800000;
    draft.body = R"({"eventId":")" + id + R"(","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":1})";
    draft.headers = "{}";
    draft.hash = std::string(32, 'h');
    events::Append append(topic, "oms", {draft}, clock.wall(), event_log.signal());
    ASSERT_TRUE(sqlite.commit_blocking(append).ok());
  }

  std::string status(std::string_view id) {
    fakes::Call& one = call();
    one.exchange.match.parameters.push(id);
    one.exchange.match.parameters.set_names(names);
    const Result<> result = run(adapter->call(one.exchange));
    if (!result) reply_error(one.exchange, result.error());
    return answer(one);
  }

  std::vector<std::string> names = {"eventId"};
  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic"));
  std::shared_ptr<const events::Topic> stock = topic(topic_settings("stock-topic"));
  std::unique_ptr<EventStatusAdapter> adapter;
};

constexpr const char* kUnknown =
    "404\nContent-Type: application/json\n\n"
    R"({"code":40491,"message":"no such event","data":null,"timestamp":1772337600123,"details":{"requestId":"r-1"}})";

TEST_F(EventStatusAdapterTest, SaysWhereTheEventIsAndHowFarItsDeliveriesAre) {
  TwoSubscriptions subscriptions;
  ASSERT_EQ(build({orders, stock}, &subscriptions), "");
  store(stock, "s:1");
  const std::string shard = std::to_string(events::shard_of("K", "s:1", 4));
  EXPECT_EQ(status("s%3A1"),
            "200\nContent-Type: application/json\n\n"
            R"({"eventId":"s:1","topic":"stock-topic","eventType":"ORDER_CREATED",)"
            R"("status":"published","timestamp":1706518800000,"storedAt":1772337600123,"partition":)" +
                shard +
                R"(,"offset":1,"deliveries":[{"subscription":"erp","state":"delivered","attempts":0},)"
                R"({"subscription":"wms","state":"retrying","attempts":3}]})");
  EXPECT_EQ(subscriptions.asked, "stock-topic:" + shard + ":1");
}

TEST_F(EventStatusAdapterTest, AnEventThatHasLeftTheLogIsToldFromTheCopyOfADelivery) {
  TwoSubscriptions subscriptions;
  ASSERT_EQ(build({orders}, &subscriptions), "");
  EXPECT_EQ(status("gone-1"),
            "200\nContent-Type: application/json\n\n"
            R"({"eventId":"gone-1","topic":"order-topic","eventType":"X","status":"published","timestamp":1,)"
            R"("storedAt":5,"partition":3,"offset":7,"deliveries":[{"subscription":"erp","state":"delivered",)"
            R"("attempts":0},{"subscription":"wms","state":"retrying","attempts":3}]})");
  EXPECT_EQ(subscriptions.asked, "order-topic:3:7");
  EXPECT_EQ(status("gone-2"), kUnknown);
}

TEST_F(EventStatusAdapterTest, WithoutSubscriptionsThereAreNoDeliveries) {
  ASSERT_EQ(build({orders}, nullptr), "");
  store(orders, "o-1");
  EXPECT_EQ(status("o-1"),
            "200\nContent-Type: application/json\n\n"
            R"({"eventId":"o-1","topic":"order-topic","eventType":"ORDER_CREATED","status":"published",)"
            R"("timestamp":1706518800000,"storedAt":1772337600123,"partition":)" +
                std::to_string(events::shard_of("K", "o-1", 4)) + R"(,"offset":1,"deliveries":[]})");
}

TEST_F(EventStatusAdapterTest, KnowsNoEventOfAnotherTopic) {
  ASSERT_EQ(build({orders}, nullptr), "");
  store(stock, "s-1");
  EXPECT_EQ(status("s-1"), kUnknown);
  EXPECT_EQ(status("nothing"), kUnknown);
  EXPECT_EQ(status("%zz"), kUnknown);
}

TEST_F(EventStatusAdapterTest, NeedsTheIdInItsPath) {
  EXPECT_EQ(build({orders}, nullptr, "/status/{id}"),
            "t.yaml:1:2: event_status needs {eventId} in the route's path, which is \"/status/{id}\"\n");
}

TEST_F(EventStatusAdapterTest, IsAnErrorWhenTheStoreCannotBeRead) {
  ASSERT_EQ(build({orders}, nullptr), "");
  sqlite.stop();
  const std::string text = status("o-1");
  EXPECT_EQ(text.substr(0, text.find(",\"message\"")),
            "503\nRetry-After: 1\nContent-Type: application/json\n\n{\"code\":50392");
}

class StatusOnABusTest : public EventStatusAdapterTest {
 protected:
  StatusOnABusTest() {
    events::TopicSettings settings = topic_settings("order-topic");
    settings.bus = events::BusKind::kKafka;
    bus_orders = topic(settings);
    EXPECT_EQ(build({bus_orders}, &subscriptions), "");
    store(bus_orders, "o-1");
  }
  /// What became of the event o-1 on the bus.
  template <class Write>
  void settle(Write write) {
    class Settled final : public store::Change {
     public:
      explicit Settled(Write its) : write_(its) {}
      Result<> apply(store::Session& session) override {
        const auto lane = events::tables::find_shard(session, "order-topic", events::shard_of("K", "o-1", 4));
        write_(session, lane->lane);
        return {};
      }

     private:
      Write write_;
    };
    Settled change(write);
    ASSERT_TRUE(sqlite.commit_blocking(change).ok());
  }
  static std::string told(const std::string& status) {
    return "200\nContent-Type: application/json\n\n"
           R"({"eventId":"o-1","topic":"order-topic","eventType":"ORDER_CREATED",)" +
           status;
  }
  static constexpr const char* kDeliveries = R"("deliveries":[{"subscription":"erp","state":"delivered","attempts":0},)"
                                             R"({"subscription":"wms","state":"retrying","attempts":3}]})";

  TwoSubscriptions subscriptions;
  const std::string kept = std::to_string(events::shard_of("K", "o-1", 4)) + ":1";  ///< the place in the log
  std::shared_ptr<const events::Topic> bus_orders;
};

TEST_F(StatusOnABusTest, IsStoredUntilItIsThere) {
  EXPECT_EQ(status("o-1"),
            told(R"("status":"stored","timestamp":1706518800000,"storedAt":1772337600123,)") + kDeliveries);
  EXPECT_EQ(subscriptions.asked, "order-topic:0:0 " + kept);
}

TEST_F(StatusOnABusTest, SaysWhereItLiesAndAsksGroupsByThat) {
  settle([](store::Session& session, std::int64_t lane) {
    events::tables::add_placed(session, lane, 1, {3, 41});
    events::tables::add_placed(session, lane, 1, {3, 99});  // came there twice: the first counts
  });
  EXPECT_EQ(status("o-1"), told(R"("status":"published","timestamp":1706518800000,"storedAt":1772337600123,)"
                                R"("partition":3,"offset":41,)") +
                               kDeliveries);
  EXPECT_EQ(subscriptions.asked, "order-topic:3:42 " + kept);
}

TEST_F(StatusOnABusTest, KeepsTheOffsetToItselfThatNobodyHasTold) {
  settle([](store::Session& session, std::int64_t lane) { events::tables::add_placed(session, lane, 1, {3, -1}); });
  EXPECT_EQ(status("o-1"), told(R"("status":"published","timestamp":1706518800000,"storedAt":1772337600123,)"
                                R"("partition":3,"deliveries":[]})"));
}

TEST_F(StatusOnABusTest, SaysWhyItWasRefused) {
  settle([](store::Session& session, std::int64_t lane) {
    events::tables::add_refused(session, lane, 1, "too large", 5);
  });
  EXPECT_EQ(status("o-1"), told(R"("status":"refused","timestamp":1706518800000,"storedAt":1772337600123,)"
                                R"("reason":"too large","deliveries":[]})"));
}

TEST_F(StatusOnABusTest, ACopyOfADeliveryHasThePlaceOfTheBus) {
  EXPECT_EQ(status("gone-1"),
            "200\nContent-Type: application/json\n\n"
            R"({"eventId":"gone-1","topic":"order-topic","eventType":"X","status":"published","timestamp":1,)"
            R"("storedAt":5,"partition":3,"offset":6,)" +
                std::string(kDeliveries));
  EXPECT_EQ(subscriptions.asked, "order-topic:3:7");
}

}  // namespace
}  // namespace causeway::adapters
