// What each resource answers and what it tells the port behind it.
#include "admin/admin_fixture.h"
#include "events/bus_tables.h"
#include "events/event_tables.h"

namespace causeway::admin {
namespace {

using ResourceTest = AdminTest;

constexpr const char* kRunning =
    R"({"name":"wms-orders","topic":"order-topic","group":"wms","state":"running","pausedBy":null,)"
    R"("target":"POST wms /orders","backlog":7,"retrying":1,"held":2,"deadLetters":1,"lost":0,"delaySeconds":1.500})";
constexpr const char* kPaused =
    R"({"name":"wms-orders","topic":"order-topic","group":"wms","state":"paused","pausedBy":"operator",)"
    R"("target":"POST wms /orders","backlog":7,"retrying":1,"held":2,"deadLetters":1,"lost":0,"delaySeconds":1.500})";
constexpr const char* kDead =
    R"({"id":"wms-orders:0:42","subscription":"wms-orders","topic":"order-topic","eventId":"e-42",)"
    R"("eventType":"ORDER_CREATED","key":"ORD1","attempts":1,"reason":"422","storedAt":1000,"diedAt":2000,"heldBehind":2)";

TEST_F(ResourceTest, Subscriptions) {
  EXPECT_EQ(ask("GET /subscriptions", kViewer), ok("{\"items\":[" + std::string(kRunning) + "],\"next\":null}"));
  EXPECT_EQ(ask("GET /subscriptions/wms-orders", kViewer), ok(kRunning));
  EXPECT_EQ(ask("GET /subscriptions/wms%2Dorders", kViewer), ok(kRunning));
  EXPECT_EQ(ask("GET /subscriptions/another", kViewer), refused(40491, "no such thing"));
}

TEST_F(ResourceTest, ASubscriptionIsPausedAndResumed) {
  EXPECT_EQ(ask("POST /subscriptions/wms-orders/pause", kOperator, R"({"reason":"WMS moves"})"), ok(kPaused));
  EXPECT_EQ(ask("GET /subscriptions/wms-orders"), ok(kPaused));
  EXPECT_EQ(ask("POST /subscriptions/wms-orders/resume", kOperator), ok(kRunning));
  EXPECT_EQ(ask("POST /subscriptions/another/pause", kOperator), refused(40491, "no such thing"));
}

TEST_F(ResourceTest, DeadLettersAreListedInPages) {
  EXPECT_EQ(ask("GET /dead-letters?subscription=wms-orders&key=ORD%201&limit=1", kViewer),
            ok("{\"items\":[" + std::string(kDead) + "}],\"next\":\"wms-orders:0:42\"}"));
  EXPECT_EQ(ask("GET /dead-letters?cursor=wms-orders:0:42", kViewer),
            ok("{\"items\":[" + std::string(kDead) + "}],\"next\":null}"));
  EXPECT_EQ(subscriptions.told, (std::vector<std::string>{"list subscription=wms-orders key=ORD 1 limit=1 cursor=",
                                                          "list subscription= key= limit=50 cursor=wms-orders:0:42"}));
}

TEST_F(ResourceTest, ADeadLetterAloneHasItsBodiesDigitForDigit) {
  EXPECT_EQ(ask("GET /dead-letters/wms-orders:0:42", kOperator),
            ok(std::string(kDead) + R"(,"event":{"eventId":"e-42","data":{"id":12345678901234567890,"price":19.90}},)" +
               R"("body":"{\"price\":19.90}","tried":[{"number":1,"at":1900,"status":422,"tookMs":12,"error":"",)" +
               R"("code":0,"message":"","body":"{\"why\":\"price\"}"}]})"));
  EXPECT_EQ(ask("GET /dead-letters/wms-orders:0:43", kOperator), refused(40491, "no such thing"));
}

TEST_F(ResourceTest, AViewerSeesNoBodies) {
  EXPECT_EQ(ask("GET /dead-letters/wms-orders:0:42", kViewer),
            ok(std::string(kDead) + R"(,"tried":[{"number":1,"at":1900,"status":422,"tookMs":12,"error":"",)" +
               R"("code":0,"message":""}]})"));
}

TEST_F(ResourceTest, AnEventThatIsNoJsonIsLeftOut) {
  subscriptions.dead.event = "{broken";
  EXPECT_NE(ask("GET /dead-letters/wms-orders:0:42").find(R"("event":null,)"), std::string::npos);
}

TEST_F(ResourceTest, OneDeadLetterIsReplayed) {
  EXPECT_EQ(ask("POST /dead-letters/wms-orders:0:42/replay", kOperator), ok(std::string(kDead) + '}'));
  EXPECT_EQ(
      ask("POST /dead-letters/wms-orders:0:42/replay", kOperator, R"({"body":{"price":19.90,"n":1e400}})"),
      ok(std::string(kDead) + R"(,"warning":"sent with a new Idempotency-Key: a system that has done the old one )" +
         R"(does this one, too"})"));
  EXPECT_EQ(ask("POST /dead-letters/wms-orders:0:43/replay", kOperator), refused(40491, "no such thing"));
  EXPECT_EQ(ask("POST /dead-letters/wms-orders:0:42/replay", kViewer).substr(0, 3), "403");
  EXPECT_EQ(subscriptions.told,
            (std::vector<std::string>{"replay wms-orders:0:42 -", R"(replay wms-orders:0:42 {"price":19.90,"n":1e400})",
                                      "replay wms-orders:0:43 -"}));
}

TEST_F(ResourceTest, ADeadLetterIsDiscardedOnlyWithAReason) {
  for (const char* body : {"", "{}", R"({"reason":""})", R"({"reason":null})"})
    EXPECT_EQ(ask("POST /dead-letters/wms-orders:0:42/discard", kOperator, body),
              refused(40092, "the request is not valid", violation("/reason", "required", "is needed")));
  EXPECT_EQ(subscriptions.told, std::vector<std::string>());
  EXPECT_EQ(ask("POST /dead-letters/wms-orders:0:42/discard", kOperator, R"({"reason":"a test order"})"),
            ok(std::string(kDead) + '}'));
  EXPECT_EQ(subscriptions.told, std::vector<std::string>{"discard wms-orders:0:42 a test order"});
}

TEST_F(ResourceTest, ManyDeadLettersAreCountedBeforeTheyAreReplayed) {
  EXPECT_EQ(ask("POST /dead-letters/replay", kOperator, R"({"subscription":"wms-orders","dry_run":true})"),
            ok(R"({"count":20,"dryRun":true})"));
  EXPECT_EQ(ask("POST /dead-letters/replay", kOperator, R"({"subscription":"wms-orders","filter":{"key":"ORD1"}})"),
            ok(R"({"count":20,"dryRun":false})"));
  EXPECT_EQ(subscriptions.told, (std::vector<std::string>{"replay_all subscription=wms-orders key= dry",
                                                          "replay_all subscription=wms-orders key=ORD1"}));
}

TEST_F(ResourceTest, AReloadSaysWhatIsWrong) {
  EXPECT_EQ(ask("POST /reload", kOperator), ok(kTaken));
  process.report = FakeProcess::refused(R"([{"file":"a.yaml","line":1}])");
  EXPECT_EQ(ask("POST /reload", kOperator),
            refused(40092, "the configuration was refused", R"(,"errors":1,"problems":[{"file":"a.yaml","line":1}])"));
  process.report = FakeProcess::refused("[]", "topics need a store");
  EXPECT_EQ(ask("POST /reload", kOperator), refused(40092, "topics need a store", R"(,"errors":0,"problems":[])"));
}

TEST_F(ResourceTest, AReloadKnowsWhoWantsItAndWhy) {
  ask("POST /reload", kOperator, R"({"reason":"partner moved"})");
  EXPECT_EQ(process.asked, "olga: partner moved");
}

TEST_F(ResourceTest, ConfigurationsThatWereTaken) {
  ConfigVersion second;
  second.version = 2;
  second.hash = "bb";
  second.taken_at = 1700;
  second.author = "olga";
  second.reason = "partner moved";
  second.added = 1;
  second.diff = R"({"counts":{"added":1,"removed":0,"changed":0}})";
  second.yaml = "node:\n  id: b\n";
  ConfigVersion first;
  first.version = 1;
  first.hash = "aa";
  first.taken_at = 1600;
  first.author = "start";
  process.versions = {second, first};
  const std::string newer =
      R"({"version":2,"hash":"bb","takenAt":1700,"author":"olga","reason":"partner moved","added":1,"removed":0,"changed":0)";
  EXPECT_EQ(ask("GET /config/history?limit=1", kViewer), ok(R"({"items":[)" + newer + R"(}],"next":"2"})"));
  EXPECT_EQ(
      ask("GET /config/history?limit=1&cursor=2", kViewer),
      ok(R"({"items":[{"version":1,"hash":"aa","takenAt":1600,"author":"start","reason":"","added":0,"removed":0,)"
         R"("changed":0}],"next":null})"));
  EXPECT_EQ(ask("GET /config/history?cursor=x", kViewer).substr(0, 3), "400");
  EXPECT_EQ(ask("GET /config/history/2", kOperator),
            ok(newer + R"(,"diff":)" + second.diff + R"(,"yaml":"node:\n  id: b\n"})"));
  EXPECT_EQ(ask("GET /config/history/2", kViewer), refused(40390, "this needs the role operator"));
  EXPECT_EQ(ask("GET /config/history/3", kOperator), refused(40491, "no such thing"));
  EXPECT_EQ(ask("GET /config/history/two", kOperator), refused(40491, "no such thing"));
  EXPECT_EQ(ask("GET /config", kOperator), ok(R"({"version":"1.2.3","routes":2,"yaml":"node:\n  id: b\n"})"));
  EXPECT_EQ(ask("GET /config", kViewer), ok(R"({"version":"1.2.3","routes":2})"));
}

class EventResourceTest : public AdminTest {
 protected:
  EventResourceTest() {
    process.topic_names = {"order-topic", "other-topic"};
    const events::TopicSettings order = order_settings();
    events::TopicSettings old = order;
    old.name.value = "old-topic";
    const auto topics = std::make_shared<const events::TopicTable>(std::vector{old, order}, metrics);
    events::RegisterTopics registered(topics);
    EXPECT_TRUE(sqlite.commit_blocking(registered).ok());
    events::EventDraft draft;
    draft.event_id = "e:1";
    draft.type = "ORDER_CREATED";
    draft.key = "ORD1";
    draft.body = R"({"eventId":"e:1","data":{"id":12345678901234567890}})";
    draft.headers = "{}";
    draft.hash = std::string(32, 'h');
    events::Append append(topics->find("order-topic"), "oms", {draft}, clock.wall(), log.signal());
    EXPECT_TRUE(sqlite.commit_blocking(append).ok());
    position = std::to_string(append.receipts().front().position);
    shard = std::to_string(append.receipts().front().shard);
  }
  static events::TopicSettings order_settings() {
    events::TopicSettings order;
    order.name.value = "order-topic";
    order.shards = 2;
    order.retention = std::chrono::hours(1);
    return order;
  }

  events::EventLog log{sqlite, clock, metrics};
  std::string shard;
  std::string position;
};

TEST_F(EventResourceTest, TopicsOfTheStore) {
  EXPECT_EQ(
      ask("GET /topics", kViewer),
      ok(R"({"items":[{"name":"old-topic","bus":"embedded","shards":2,"retentionSeconds":3600,"events":0,"stored":0,"published":0,)"
         R"("partitions":null,"pending":0,"oldestStoredAt":null,"configured":false},)"
         R"({"name":"order-topic","bus":"embedded","shards":2,"retentionSeconds":3600,)"
         R"("events":1,"stored":1,"published":1,"partitions":null,"pending":0,"oldestStoredAt":1772337600123,"configured":true}],"next":null})"));
}

/// All events of order-topic.
class RefuseAll final : public store::Change {
 public:
  Result<> apply(store::Session& session) override {
    for (const std::uint32_t shard : {0u, 1u}) {
      const auto row = events::tables::find_shard(session, "order-topic", shard);
      for (events::Position at = 1; at <= row->last; ++at)
        events::tables::add_refused(session, row->lane, at, "Broker: Message size too large", 1772337600200);
    }
    return {};
  }
};

TEST_F(EventResourceTest, EventsThatTheBusWillNeverTake) {
  EXPECT_EQ(ask("GET /refused-events", kViewer), ok(R"({"items":[],"next":null})"));
  RefuseAll refuse;
  ASSERT_TRUE(sqlite.commit_blocking(refuse).ok());
  const std::string one =
      R"({"eventId":"e:1","topic":"order-topic","eventType":"ORDER_CREATED","key":"ORD1","shard":)" + shard +
      R"(,"position":)" + position + R"(,"reason":"Broker: Message size too large","refusedAt":1772337600200})";
  EXPECT_EQ(ask("GET /refused-events?topic=order-topic&limit=1", kViewer),
            ok(R"({"items":[)" + one + R"(],"next":null})"));
  EXPECT_EQ(ask("GET /refused-events?topic=another", kViewer), ok(R"({"items":[],"next":null})"));
}

TEST_F(EventResourceTest, RefusedEventsComeInPages) {
  const events::TopicTable topics({order_settings()}, metrics);
  for (const char* id : {"e:2", "e:3"}) {
    events::EventDraft draft;
    draft.event_id = id;
    draft.type = "ORDER_CREATED";
    draft.key = "ORD1";
    draft.body = "{}";
    draft.headers = "{}";
    draft.hash = std::string(32, 'h');
    events::Append append(topics.find("order-topic"), "oms", {draft}, clock.wall(), log.signal());
    ASSERT_TRUE(sqlite.commit_blocking(append).ok());
  }
  RefuseAll refuse;
  ASSERT_TRUE(sqlite.commit_blocking(refuse).ok());
  const auto seen = [](const std::string& answer) {
    std::string ids;
    for (const char* id : {"e:1", "e:2", "e:3"})
      if (answer.find('"' + std::string(id) + '"') != std::string::npos) ids += id;
    return ids;
  };
  const std::string first = ask("GET /refused-events?limit=2", kViewer);
  EXPECT_EQ(seen(first), "e:1e:2");
  const std::size_t at = first.find(R"("next":")") + 8;
  const std::string next = first.substr(at, first.find('"', at) - at);
  const std::string second = ask("GET /refused-events?limit=2&cursor=" + next, kViewer);
  EXPECT_EQ(seen(second), "e:3");
  EXPECT_NE(second.find(R"("next":null)"), std::string::npos);
  EXPECT_NE(ask("GET /refused-events?cursor=x", kViewer).find("40092"), std::string::npos);
}

TEST_F(EventResourceTest, AnEventById) {
  const std::string head = R"({"eventId":"e:1","topic":"order-topic","eventType":"ORDER_CREATED","key":"ORD1",)"
                           R"("source":"oms","shard":)" +
                           shard + R"(,"position":)" + position + R"(,"storedAt":1772337600123)";
  EXPECT_EQ(ask("GET /events/e%3A1", kViewer), ok(head + '}'));
  EXPECT_EQ(ask("GET /events/e:1?topic=order-topic", kOperator),
            ok(head + R"(,"event":{"eventId":"e:1","data":{"id":12345678901234567890}}})"));
  EXPECT_EQ(ask("GET /events/e:1?topic=old-topic", kOperator), refused(40491, "no such thing"));
  EXPECT_EQ(ask("GET /events/e:2", kOperator), refused(40491, "no such thing"));
}

}  // namespace
}  // namespace causeway::admin
