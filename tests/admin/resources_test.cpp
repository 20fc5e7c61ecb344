// What each resource answers and what it tells the port behind it.
#include "admin/admin_fixture.h"

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
  EXPECT_EQ(ask("POST /reload", kOperator), ok(R"({"taken":true,"routes":2,"problems":[]})"));
  process.report = {false, 0, R"([{"file":"a.yaml","line":1}])", ""};
  EXPECT_EQ(ask("POST /reload", kOperator),
            refused(40092, "the configuration was refused", R"(,"problems":[{"file":"a.yaml","line":1}])"));
  process.report = {false, 0, "[]", "topics need a store"};
  EXPECT_EQ(ask("POST /reload", kOperator), refused(40092, "topics need a store", R"(,"problems":[])"));
}

class EventResourceTest : public AdminTest {
 protected:
  EventResourceTest() {
    process.topic_names = {"order-topic", "other-topic"};
    events::TopicSettings order;
    order.name.value = "order-topic";
    order.shards = 2;
    order.retention = std::chrono::hours(1);
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
  events::EventLog log{sqlite, clock, metrics};
  std::string shard;
  std::string position;
};

TEST_F(EventResourceTest, TopicsOfTheStore) {
  EXPECT_EQ(
      ask("GET /topics", kViewer),
      ok(R"({"items":[{"name":"old-topic","bus":"embedded","shards":2,"retentionSeconds":3600,"events":0,"published":0,)"
         R"("partitions":null,"pending":0,"oldestStoredAt":null,"configured":false},)"
         R"({"name":"order-topic","bus":"embedded","shards":2,"retentionSeconds":3600,)"
         R"("events":1,"published":1,"partitions":null,"pending":0,"oldestStoredAt":1772337600123,"configured":true}],"next":null})"));
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
