#include "adapters/transaction/transaction_adapter.h"

#include <gtest/gtest.h>

#include <list>
#include <string>

#include "config/yaml.h"
#include "fakes/consumers.h"
#include "fakes/log_exchange_fixture.h"
#include "transactions/load_half.h"

namespace causeway::adapters {
namespace {

using transactions::HalfState;
using transactions::tables::Half;

constexpr std::string_view kPrepare = "POST /tx HTTP/1.1\nHost: a\nContent-Type: application/json";
constexpr std::string_view kMessage =
    R"({"transactionId":"tx-1","eventType":"ORDER_CREATED","data":{"orderId":"A","sum":19.90}})";

class FakeAlerts final : public telemetry::AlertSink {
 public:
  void raise(std::string_view name, telemetry::Labels labels, std::string message) override {
    std::string text(name);
    for (const auto& [label, value] : labels) text.append(" ").append(label).append("=").append(value);
    raised.push_back(text + ": " + message);
  }
  void resolve(std::string_view, telemetry::Labels) override {}
  std::vector<telemetry::Labels> firing(std::string_view) const override { return {}; }
  std::vector<std::string> raised;
};

class TransactionAdapterTest : public fakes::LogExchangeFixture {
 protected:
  TransactionAdapterTest() : LogExchangeFixture({&transactions::kTransactionSchema}) {
    transactions.use(&alerts);
    auto targets = std::make_shared<transactions::Targets>();
    for (const auto& each : {orders, inventory}) targets->topics[each->name()] = each;
    transactions.take(targets);
    build("{topic: order-topic, group: oms-producer, check: {http: {cluster: oms, path: /tx/check}}}", orders);
  }

  /// What `check` says about these settings; `adapter` is what came of them.
  std::string build(const std::string& yaml, const std::shared_ptr<const events::Topic>& topic) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto settings = config::read<TransactionSettings>(*node, reading);
    CheckBack check(settings, nullptr, "a-route.check", errors);
    adapter = std::make_unique<TransactionAdapter>(settings, TransactionAdapter::Parts{topic, "a-route", "rest"},
                                                   std::move(check), &transactions);
    return errors.to_text();
  }

  fakes::Call& send(std::string_view head, const std::string& rest, std::string body = "",
                    std::string_view consumer = "oms") {
    fakes::Call& one = call(head);
    one.exchange.match.parameters.push(texts.emplace_back(rest));
    one.exchange.match.parameters.set_names(names);
    one.exchange.request.body = Body(texts.emplace_back(std::move(body)));
    one.exchange.consumer = consumers.find(consumer);
    one.exchange.authenticated = one.exchange.consumer != nullptr;
    const Result<> result = run(adapter->call(one.exchange));
    if (!result) reply_error(one.exchange, result.error());
    return one;
  }
  std::string prepare(std::string_view body = kMessage, std::string_view consumer = "oms") {
    return answer(send(kPrepare, "", std::string(body), consumer));
  }
  std::string post(const std::string& rest, std::string_view consumer = "oms") {
    return answer(send("POST /tx HTTP/1.1\nHost: a", rest, "", consumer));
  }
  std::string get(const std::string& rest, std::string_view consumer = "oms") {
    return answer(send("GET /tx HTTP/1.1\nHost: a", rest, "", consumer));
  }
  /// Prepares kMessage, or finds it prepared.
  std::string message_id() {
    const std::string text = prepare();
    const std::size_t at = text.find(R"("messageId":")") + 13;
    return text.substr(at, text.find('"', at) - at);
  }
  std::optional<Half> half(const std::string& txid) {
    transactions::LoadHalf load(txid);
    EXPECT_TRUE(sqlite.query_blocking(load).ok());
    return load.half;
  }

  static std::string ok(int status, const std::string& body, const std::string& fields = "") {
    return std::to_string(status) + "\nContent-Type: application/json\n" + fields + "\n" + body;
  }
  static std::string refused(int status, const std::string& code_and_message, const std::string& details = "",
                             const std::string& fields = "") {
    return std::to_string(status) + "\nContent-Type: application/json\n" + fields + "\n{\"code\":" + code_and_message +
           R"(,"data":null,"timestamp":1772337600123,"details":{"requestId":"r-1")" + details + "}}";
  }
  static std::string no_such_message() { return refused(404, R"(40491,"message":"no such message")"); }
  static std::string ended(const std::string& id, bool committed) {
    const std::string event = committed ? R"(,"eventId":")" + id + '"' : "";
    return ok(200,
              R"({"messageId":")" + id + R"(","transactionId":"tx-1","state":")" +
                  (committed ? "committed" : "rolled_back") + '"' + event + '}',
              committed ? "X-Causeway-Event: " + id + "; status=stored\n" : "");
  }

  security::ConsumerTable consumers = fakes::consumers();
  std::list<std::string> texts;
  std::vector<std::string> names{"rest"};
  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic", "{{ .orderId }}"));
  std::shared_ptr<const events::Topic> inventory =
      topic(topic_settings("inventory-topic", "{{ .skuId }}", events::EventShape::kFlat));
  WorkerContext* contexts[1] = {&context};
  FakeAlerts alerts;
  transactions::Transactions transactions{event_log, contexts, metrics, nullptr};
  std::unique_ptr<TransactionAdapter> adapter;
};

TEST_F(TransactionAdapterTest, PreparesAMessageAndSaysUntilWhen) {
  const std::string text = prepare();
  const std::string id = message_id();
  EXPECT_EQ(text, ok(201, R"({"messageId":")" + id +
                              R"(","transactionId":"tx-1","state":"prepared",)"
                              R"("expiresAt":1772424000123})"));
  EXPECT_EQ(stored_count("order-topic"), 0);
  const Half kept = *half(id);
  EXPECT_EQ(kept.kind, transactions::HalfKind::kSystem);
  EXPECT_EQ(kept.route + ' ' + kept.consumer + ' ' + kept.group + ' ' + kept.transaction_id + ' ' + kept.topic,
            "a-route oms oms-producer tx-1 order-topic");
  EXPECT_EQ(kept.check_request,
            R"({"cluster":"oms","method":"POST","target":"/tx/check","headers":[{"name":"Content-Type",)"
            R"("value":"application/json"}],"body":"{\"messageId\":\")" +
                id + R"(\",\"transactionId\":\"tx-1\"}","timeout":0,"operation":"a-route.check"})");
  EXPECT_EQ(kept.next_check, 1772337606123);
  EXPECT_EQ(kept.created, 1772337600123);
}

TEST_F(TransactionAdapterTest, TheSameAgainIsTheSameMessage) {
  const std::string id = message_id();
  EXPECT_EQ(prepare(), ok(200, R"({"messageId":")" + id +
                                   R"(","transactionId":"tx-1","state":"prepared",)"
                                   R"("expiresAt":1772424000123,"duplicate":true})"));
  post(id + "/commit");
  EXPECT_EQ(prepare(),
            ok(200, R"({"messageId":")" + id + R"(","transactionId":"tx-1","state":"committed","eventId":")" + id +
                        R"(","duplicate":true})"));
  EXPECT_EQ(stored_count("order-topic"), 1);
}

TEST_F(TransactionAdapterTest, AnotherPayloadOrTopicIsAConflict) {
  const std::string id = message_id();
  const std::string conflict = refused(422, R"(42290,"message":"this id was used before with another payload")");
  EXPECT_EQ(prepare(R"({"transactionId":"tx-1","eventType":"ORDER_CREATED","data":{"orderId":"B"}})"), conflict);
  EXPECT_EQ(prepare(R"({"transactionId":"tx-1","eventType":"OTHER","data":{"orderId":"A","sum":19.90}})"), conflict);
  build("{topic: inventory-topic, group: oms-producer, check: {http: {cluster: oms, path: /c}}}", inventory);
  EXPECT_EQ(prepare(), conflict);
  EXPECT_EQ(half(id)->state, HalfState::kPrepared);
}

TEST_F(TransactionAdapterTest, ThreeCommitsAreOneEvent) {
  const std::string id = message_id();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(post(id + "/commit"), ended(id, true));
  EXPECT_EQ(stored_count("order-topic"), 1);
  const events::FindEvent event = find("order-topic", id);
  ASSERT_TRUE(event.found);
  EXPECT_EQ(event.event.key, "A");
  EXPECT_EQ(event.event.body, R"({"eventId":")" + id +
                                  R"(","eventType":"ORDER_CREATED","timestamp":1772337600123,)"
                                  R"("data":{"orderId":"A","sum":19.90}})");
  EXPECT_EQ(samples("causeway_events_stored_total"), "causeway_events_stored_total{topic=\"order-topic\"} 1\n");
}

TEST_F(TransactionAdapterTest, ARollbackPublishesNothing) {
  const std::string id = message_id();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(post(id + "/rollback"), ended(id, false));
  EXPECT_EQ(stored_count("order-topic"), 0);
  EXPECT_EQ(half(id)->document, "");
}

TEST_F(TransactionAdapterTest, AContradictionIsRefusedAndAlerts) {
  const std::string id = message_id();
  post(id + "/commit");
  EXPECT_EQ(post(id + "/rollback"),
            refused(409, R"(40993,"message":"the message was committed before")",
                    R"(,"messageId":")" + id + R"(","state":"committed","decidedBy":"system")"));
  EXPECT_EQ(post(id + "/commit"), ended(id, true));
  EXPECT_EQ(alerts.raised, std::vector<std::string>{"transaction_contradiction route=a-route: " + id +
                                                    " was committed and was asked to be rolled back"});
}

TEST_F(TransactionAdapterTest, ShowsAMessageToItsCreator) {
  const std::string id = message_id();
  EXPECT_EQ(get(id), ok(200, R"({"messageId":")" + id +
                                 R"(","transactionId":"tx-1","state":"prepared",)"
                                 R"("group":"oms-producer","createdAt":1772337600123,"expiresAt":1772424000123,)"
                                 R"("checks":0,"nextCheckAt":1772337606123})"));
  advance(std::chrono::seconds(1));
  post(id + "/rollback");
  EXPECT_EQ(get(id), ok(200, R"({"messageId":")" + id +
                                 R"(","transactionId":"tx-1","state":"rolled_back",)"
                                 R"("group":"oms-producer","decidedBy":"system","createdAt":1772337600123,)"
                                 R"("endedAt":1772337601123,"checks":0})"));
}

TEST_F(TransactionAdapterTest, NobodyElseSeesOrEndsIt) {
  const std::string id = message_id();
  EXPECT_EQ(get(id, "reporting"), no_such_message());
  EXPECT_EQ(post(id + "/commit", "reporting"), no_such_message());
  EXPECT_EQ(post(id + "/rollback", "reporting"), no_such_message());
  const std::string of_reporting = prepare(kMessage, "reporting");
  EXPECT_EQ(of_reporting.substr(0, 3), "201");
  EXPECT_EQ(of_reporting.find(id), std::string::npos);
  build("{topic: order-topic, group: another, check: {http: {cluster: oms, path: /c}}}", orders);
  EXPECT_EQ(get(id), no_such_message());
  EXPECT_EQ(post(id + "/commit"), no_such_message());
  EXPECT_EQ(half(id)->state, HalfState::kPrepared);
}

TEST_F(TransactionAdapterTest, WhatThereIsNotIsNotFound) {
  EXPECT_EQ(get("019aaf3c-7d52-7b1e-9c44-0d7a5b1f2e63"), no_such_message());
  EXPECT_EQ(post("' OR 1=1/commit"), no_such_message());
  const std::string no_route = refused(404, R"(40490,"message":"no such route")");
  EXPECT_EQ(post("a/publish").substr(0, 30), no_route.substr(0, 30));
  EXPECT_EQ(post("a/commit/b").substr(0, 3), "404");
}

TEST_F(TransactionAdapterTest, EachOperationHasItsMethod) {
  const auto not_allowed = [](std::string text, const std::string& allow) {
    EXPECT_EQ(text.substr(0, 3), "405") << text;
    EXPECT_NE(text.find("Allow: " + allow + '\n'), std::string::npos) << text;
    EXPECT_NE(text.find(R"("code":40590)"), std::string::npos) << text;
  };
  not_allowed(get(""), "POST, OPTIONS");
  not_allowed(get("a/commit"), "POST, OPTIONS");
  not_allowed(post("a"), "GET, HEAD, OPTIONS");
}

TEST_F(TransactionAdapterTest, TellsWhatIsWrongWithAMessage) {
  const auto invalid = [](const std::string& violations) {
    return refused(400, R"(40092,"message":"the body is not valid")", R"(,"violations":[)" + violations + "]");
  };
  EXPECT_EQ(prepare(R"({"eventId":"x","data":1})"),
            invalid(R"({"path":"/eventId","keyword":"additionalProperties",)"
                    R"("message":"eventId is set by the gateway: it is the messageId"},)"
                    R"({"path":"/transactionId","keyword":"required","message":"transactionId is required"},)"
                    R"({"path":"/eventType","keyword":"required","message":"eventType is required"})"));
  EXPECT_EQ(prepare(R"({"transactionId":"a b","eventType":"T","extra":1})"),
            invalid(R"({"path":"/transactionId","keyword":"pattern",)"
                    R"("message":"transactionId must be 1 to 128 letters, digits and . _ : -"},)"
                    R"({"path":"/extra","keyword":"additionalProperties",)"
                    R"("message":"extra is no member of an event: what happened belongs into data"},)"
                    R"({"path":"/data","keyword":"required","message":"data is required"})"));
  EXPECT_EQ(prepare("[]"), invalid(R"({"path":"","keyword":"type","message":"a half message must be an object"})"));
  EXPECT_EQ(prepare("{"), refused(400, R"(40091,"message":"the body is not JSON: a key was expected at byte 1")"));
  EXPECT_EQ(prepare(R"({"transactionId":"a","data":{"b":1,"b":2}})"),
            refused(400, R"(40091,"message":"the member \"b\" is there twice")"));
  EXPECT_EQ(
      answer(send("POST /tx HTTP/1.1\nHost: a\nContent-Type: text/plain", "", std::string(kMessage))).substr(0, 3),
      "415");
}

TEST_F(TransactionAdapterTest, AFlatTopicTakesDataThatFitsBesideTheEventsOwnMembers) {
  build("{topic: inventory-topic, group: g, type: CHANGED, check: {http: {cluster: oms, path: /c}}}", inventory);
  const std::string text = prepare(R"({"transactionId":"tx-1","timestamp":7,"data":{"skuId":"S","afterQty":5.0}})");
  const std::size_t at = text.find(R"("messageId":")") + 13;
  const std::string id = text.substr(at, 36);
  EXPECT_EQ(post(id + "/commit"), ended(id, true));
  EXPECT_EQ(find("inventory-topic", id).event.body, R"({"eventId":")" + id +
                                                        R"(","eventType":"CHANGED","timestamp":7,)"
                                                        R"("skuId":"S","afterQty":5.0})");
  EXPECT_EQ(prepare(R"({"transactionId":"tx-2","data":{"timestamp":1}})"),
            refused(400, R"(40092,"message":"the body is not valid")",
                    R"(,"violations":[{"path":"/data/timestamp","keyword":"not",)"
                    R"("message":"timestamp is the event's own: the topic is flat"}])"));
}

TEST_F(TransactionAdapterTest, WhatTheBusCannotTakeIsNotPrepared) {
  events::TopicSettings settings = topic_settings("order-topic");
  settings.bus = events::BusKind::kKafka;
  auto on_bus = topic(settings);
  on_bus->limits->record_bytes = 600;
  build("{topic: order-topic, group: g, check: {http: {cluster: oms, path: /c}}}", on_bus);
  EXPECT_EQ(prepare().substr(0, 3), "413");
}

TEST_F(TransactionAdapterTest, PromisesNothingThatTheStoreDoesNotTake) {
  fill_disk();
  const std::string text = prepare();
  EXPECT_EQ(text.substr(0, 3), "503") << text;
  EXPECT_NE(text.find(R"("code":50392)"), std::string::npos) << text;
}

TEST_F(TransactionAdapterTest, TellsTheLogWhatItDid) {
  fakes::Call& one = send(kPrepare, "", std::string(kMessage));
  EXPECT_EQ(one.exchange.call.system, "embedded");
  EXPECT_EQ(one.exchange.call.operation, "transaction prepare");
  EXPECT_EQ(one.exchange.call.request_body, kMessage);
}

TEST_F(TransactionAdapterTest, CheckReadsItsSettings) {
  const std::string check = ", check: {http: {cluster: oms, path: /c}}}";
  EXPECT_EQ(build("{topic: order-topic, group: g, first: 10ms, every: 20ms, times: 2, max_age: 1m" + check, orders),
            "");
  EXPECT_EQ(build("{topic: order-topic, check: {http: {path: tx, method: GET}}}", orders),
            "t.yaml:1:1: missing \"group\" (whose messages these are: transactionIds are unique within a consumer's "
            "group)\n"
            "t.yaml:1:43: check.http.path: expected a path such as /tx/check, got \"tx\"\n"
            "t.yaml:1:55: check.http.method: expected a method with a body such as POST or PUT, got \"GET\"\n");
  EXPECT_EQ(build("{topic: order-topic, group: g, first: 10s, max_age: 10s" + check, orders),
            "t.yaml:1:53: max_age: the first check would come after max_age\n");
  EXPECT_EQ(build("{topic: order-topic, group: g, check: {http: {cluster: oms, path: /c, headers: {Host: a, "
                  "X-A: \"{{ .a }}\", Content-Type: b}}}}",
                  orders),
            "t.yaml:1:87: check.http.headers.Host: the header Host is the gateway's own\n"
            "t.yaml:1:95: check.http.headers.X-A: there are no templates here: a check is the same for every message\n"
            "t.yaml:1:121: check.http.headers.Content-Type: the header Content-Type is the gateway's own\n");
}

}  // namespace
}  // namespace causeway::adapters
