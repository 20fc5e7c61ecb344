#include "plugins/publish/publish_plugin.h"

#include <gtest/gtest.h>

#include <list>
#include <string>

#include "config/yaml.h"
#include "exchange/call_values.h"
#include "fakes/fixed_publications.h"
#include "fakes/log_exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway::plugins {
namespace {

class PublishPluginTest : public fakes::LogExchangeFixture {
 protected:
  /// What `check` says about these settings; `plugin` is what came of them.
  std::string build(const std::string& yaml, std::shared_ptr<const events::Topic> topic) {
    config::Errors errors;
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    const auto settings = config::read<PublishSettings>(*node, reading);
    if (!errors.failed()) plugin = PublishPlugin::build(settings, std::move(topic), event_log, reading);
    return errors.to_text();
  }

  fakes::Call& order(std::string request = "{}", std::string_view method = "POST") {
    fakes::Call& one = call(std::string(method) + " /orders HTTP/1.1\nHost: a");
    one.exchange.request.body = Body(bodies.emplace_back(std::move(request)));
    return one;
  }
  /// The system's answer, on its way out.
  std::string respond(fakes::Call& one, int status, Body body) {
    one.exchange.response.status = status;
    one.exchange.response.headers.set(net::HeaderId::kContentType, "application/json");
    one.exchange.response.body = body;
    Step step = plugin->on_response(one.exchange);
    Result<Flow> flow = step.verdict() != nullptr ? std::move(*step.verdict()) : run(std::move(step.task()));
    if (!flow) reply_error(one.exchange, flow.error());
    else EXPECT_EQ(*flow, Flow::kContinue);
    return answer(one);
  }
  std::string respond(fakes::Call& one, int status, std::string body) {
    return respond(one, status, Body(Bytes(bodies.emplace_back(std::move(body)))));
  }
  /// Of the answer that the exchange has: nothing when it was published or needs not be.
  std::string outcome(fakes::Call& one) {
    Step step = plugin->on_response(one.exchange);
    Result<Flow> flow = step.verdict() != nullptr ? std::move(*step.verdict()) : run(std::move(step.task()));
    return flow ? "" : fakes::describe(flow.error());
  }
  /// The event that the answer names, as it is stored.
  std::string event_of(fakes::Call& one, const std::string& topic = "order-topic") {
    const auto field = one.exchange.response.headers.get(net::HeaderId::kXCausewayEvent);
    if (!field) return "";
    const std::string id(field->substr(0, field->find(';')));
    std::string text = stored(topic, id, one);
    for (std::size_t at; (at = text.find(id)) != std::string::npos;) text.replace(at, id.size(), "<id>");
    return text;
  }
  std::string published(const std::string& data, const std::string& key = "") {
    return "a-route | " + key +
           R"( | ORDER_CREATED | {"eventId":"<id>","eventType":"ORDER_CREATED",)"
           R"("timestamp":1772337600123,"data":)" +
           data + R"(} | {"traceparent":"<trace>"})";
  }

  std::list<std::string> bodies;
  std::shared_ptr<const events::Topic> orders = topic(topic_settings("order-topic", "{{ .orderId }}"));
  std::unique_ptr<PublishPlugin> plugin;
};

constexpr const char* kPlain = "{topic: order-topic, type: ORDER_CREATED, when: after_success, acknowledge: stored}";

TEST_F(PublishPluginTest, ASuccessBecomesAnEventAndTheAnswerStays) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  const std::string text = respond(one, 201, R"( {"orderId":"A","sum":19.90} )");
  const std::string_view event = *one.exchange.response.headers.get(net::HeaderId::kXCausewayEvent);
  EXPECT_EQ(event.substr(36), "; status=stored");
  EXPECT_EQ(event[14], '7') << event;
  EXPECT_EQ(text, "201\nContent-Type: application/json\nX-Causeway-Event: " + std::string(event) +
                      "\n\n {\"orderId\":\"A\",\"sum\":19.90} ");
  EXPECT_EQ(event_of(one), published(R"({"orderId":"A","sum":19.90})", "A"));
  EXPECT_EQ(one.exchange.failure, "");
}

TEST_F(PublishPluginTest, AnythingButASuccessIsNoEvent) {
  ASSERT_EQ(build(kPlain, orders), "");
  for (const int status : {301, 304, 400, 404, 409, 500, 503})
    EXPECT_EQ(respond(order(), status, "{}"), std::to_string(status) + "\nContent-Type: application/json\n\n{}");
  EXPECT_EQ(respond(order("", "HEAD"), 200, ""), "200\nContent-Type: application/json\n\n");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, AnEmptyAnswerIsNull) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  respond(one, 204, "");
  EXPECT_EQ(event_of(one), published("null"));
  EXPECT_EQ(one.exchange.failure, "");
}

TEST_F(PublishPluginTest, DataAndKeyAreTemplates) {
  ASSERT_EQ(build(R"({topic: order-topic, type: ORDER_CREATED, acknowledge: broker,
                      key: "{{ $result.order.id }}-{{ $request.no }}-{{ .n }}", data: "{{ $request.lines[0] }}"})",
                  orders),
            "");
  const Needs needs = plugin->needs();
  EXPECT_TRUE(needs.body && needs.response && needs.whole_request && needs.head && needs.plain_answer);
  fakes::Call& one = order(R"({"no":7.0,"lines":[{"sku":"S","qty":1.50},2]})");
  respond(one, 200, R"({"order":{"id":"A"},"n":3})");
  EXPECT_EQ(event_of(one), published(R"({"sku":"S","qty":1.50})", "A-7.0-3"));
  EXPECT_EQ(one.exchange.response.headers.get(net::HeaderId::kXCausewayEvent)->substr(36), "; status=published");
}

TEST_F(PublishPluginTest, WithoutAKeyOfItsOwnItHasTheTopics) {
  ASSERT_EQ(
      build(R"({topic: order-topic, type: ORDER_CREATED, key: "{{ $result.none }}", data: "{{ $result.order }}"})",
            orders),
      "");
  EXPECT_FALSE(plugin->needs().body || plugin->needs().whole_request);
  fakes::Call& one = order();
  respond(one, 200, R"({"order":{"orderId":"B"}})");
  EXPECT_EQ(event_of(one), published(R"({"orderId":"B"})", "B"));
  fakes::Call& other = order();
  respond(other, 200, "{}");
  EXPECT_EQ(event_of(other), published("null"));
}

TEST_F(PublishPluginTest, AnAnswerThatNobodyNeedsIsNotWaitedFor) {
  ASSERT_EQ(build(R"({topic: order-topic, type: ORDER_CREATED, data: "{{ $request }}"})", orders), "");
  fakes::Call& one = order(R"({"orderId":"C"})");
  fakes::ScriptedBody body({"not ", "JSON"});
  respond(one, 200, Body(body));
  EXPECT_EQ(event_of(one), published(R"({"orderId":"C"})", "C"));
  EXPECT_EQ(one.exchange.failure, "");
}

TEST_F(PublishPluginTest, AStreamedAnswerIsGatheredWhole) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  fakes::ScriptedBody body({"{\"orderId\"", ":\"D\"}"});
  const std::string text = respond(one, 200, Body(body));
  EXPECT_EQ(text.substr(text.find("\n\n")), "\n\n{\"orderId\":\"D\"}");
  EXPECT_EQ(event_of(one), published(R"({"orderId":"D"})", "D"));
  EXPECT_EQ(one.exchange.call.response_body, R"({"orderId":"D"})");
}

TEST_F(PublishPluginTest, DataIsMadeOfTheAnswerAndTheRequest) {
  ASSERT_EQ(build(R"({topic: order-topic, type: ORDER_CREATED, key: "{{ $result.orderId }}",
                      data: "{{ $result + {items: $request.items, by: $query.by} }}"})",
                  orders),
            "");
  fakes::Call& one = call("POST /orders?by=shop HTTP/1.1\nHost: a");
  one.exchange.request.body = Body(Bytes(R"({"items":[{"n":4781320682406083640,"p":19.90,"e":1e400}]})"));
  respond(one, 200, R"({"orderId":"A"})");
  EXPECT_EQ(event_of(one),
            published(R"({"orderId":"A","items":[{"n":4781320682406083640,"p":19.90,"e":1e400}],"by":"shop"})", "A"));
}

TEST_F(PublishPluginTest, TheAnswerIsTheOneBehindTheRoutesOwnSteps) {
  ASSERT_EQ(build(R"({topic: order-topic, type: ORDER_CREATED, data: "{{ $request + . }}"})", orders), "");
  fakes::Call& one = order(R"({"v1":1})");
  CallValues& values = CallValues::of(one.exchange);
  values.replace_request({R"({"newest":1})"});
  values.replace_body({R"({"systems":1})"});
  one.exchange.response.body = Body(Bytes(R"({"said":1})"));
  values.replace_answer({R"({"orderId":"A"})"});
  EXPECT_EQ(outcome(one), "");
  EXPECT_EQ(event_of(one), published(R"({"newest":1,"orderId":"A"})", "A"));
}

TEST_F(PublishPluginTest, AnEventThatCannotBeMadeIsSaid) {
  for (const char* wrong : {R"(data: "{{ $result + $request.items }}")", R"(key: "{{ $result.orderId.a }}")",
                            R"(data: "{{ $request.items[] }}")"}) {
    ASSERT_EQ(build(std::string("{topic: order-topic, type: ORDER_CREATED, ") + wrong + "}", orders), "");
    fakes::Call& one = order(R"({"items":[1,2]})");
    EXPECT_EQ(respond(one, 201, R"({"orderId":"A"})"),
              "503\nRetry-After: 1\nContent-Type: application/json\n\n"
              R"({"code":50392,"message":"the event could not be taken, try again later","data":null,)"
              R"("timestamp":1772337600123,"details":{"requestId":"r-1","outcome":"done_unpublished"}})")
        << wrong;
    EXPECT_TRUE(one.exchange.failure.starts_with("the system succeeded, its event is missing: "))
        << one.exchange.failure;
    EXPECT_GT(one.exchange.failure.size(), 50u) << one.exchange.failure;
    EXPECT_EQ(one.exchange.reason, "done_unpublished");
  }
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, AnAnswerThatIsNotJsonIsPublishedAsNullAndSaid) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  one.exchange.response.body = Body(Bytes("OK"));
  one.exchange.response.headers.set(net::HeaderId::kContentType, "text/plain");
  EXPECT_EQ(outcome(one), "");
  EXPECT_EQ(event_of(one), published("null"));
  EXPECT_EQ(one.exchange.failure, "published without the answer: it is not JSON");
}

TEST_F(PublishPluginTest, AnAnswerThatOnlySaysThatItIsJsonIsNoEvent) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  const std::string text = respond(one, 200, R"({"orderId":)");
  EXPECT_EQ(text,
            "502\nContent-Type: application/json\n\n"
            R"({"code":50292,"message":"the system behind answered nonsense","data":null,)"
            R"("timestamp":1772337600123,"details":{"requestId":"r-1","outcome":"done_unpublished"}})");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, ARefusalIsNoEvent) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& one = order();
  one.exchange.refused = true;
  respond(one, 200, "{}");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, AnAnswerThatIsTooLongPassesAndIsPublishedAsNull) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::Call& declared = order();
  fakes::ScriptedBody long_body({"{}"}, CallValues::kAnswerLimit + 1);
  respond(declared, 200, Body(long_body));
  EXPECT_EQ(event_of(declared), published("null"));
  EXPECT_EQ(declared.exchange.failure, "published without the answer: it is too long");

  fakes::Call& grown = order();
  fakes::ScriptedBody growing({std::string(CallValues::kAnswerLimit, ' '), "{}"});
  const std::string text = respond(grown, 200, Body(growing));
  EXPECT_TRUE(text.ends_with("  {}"));
  EXPECT_EQ(event_of(grown), published("null"));
}

TEST_F(PublishPluginTest, AnAnswerThatBreaksOffIsNoEvent) {
  ASSERT_EQ(build(kPlain, orders), "");
  fakes::ScriptedBody body({"{"});
  body.break_with(Code::kUpstreamBroke);
  const std::string text = respond(order(), 200, Body(body));
  EXPECT_EQ(text.substr(0, 3), "502");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, ARequestThatIsNotJsonNeverReachesTheSystem) {
  ASSERT_EQ(build(R"({topic: order-topic, type: ORDER_CREATED, data: "{{ $request }}"})", orders), "");
  const auto refusal = [&](const std::string& request) {
    fakes::Call& one = order(request);
    Step step = plugin->on_body(one.exchange);
    if (step.verdict()->ok()) return std::string("passes");
    reply_error(one.exchange, step.verdict()->error());
    return std::string(
        one.exchange.response.body.whole().substr(0, one.exchange.response.body.whole().find(",\"data\"")));
  };
  EXPECT_EQ(refusal("{}"), "passes");
  EXPECT_EQ(refusal(""), "passes");
  EXPECT_EQ(refusal("a=b"), R"({"code":40091,"message":"the body is not JSON: a value was expected at byte 0")");
  const std::string doubled = refusal(R"({"a":1,"a":2})");
  EXPECT_TRUE(doubled.starts_with(R"({"code":40091,"message":"the body is not JSON: )") &&
              doubled.ends_with("at byte 7\""))
      << doubled;
}

TEST_F(PublishPluginTest, AStoreThatRefusesAfterTheSystemSucceededIsSaid) {
  ASSERT_EQ(build(kPlain, orders), "");
  fill_disk();
  fakes::Call& one = order();
  EXPECT_EQ(respond(one, 201, "{}"),
            "503\nRetry-After: 5\nContent-Type: application/json\n\n"
            R"({"code":50392,"message":"the event could not be taken, try again later","data":null,)"
            R"("timestamp":1772337602123,"details":{"requestId":"r-1","outcome":"done_unpublished"}})");
  EXPECT_EQ(one.exchange.failure, "the system succeeded, its event is missing: less than min_free is left on the disk");
  EXPECT_EQ(stored_count("order-topic"), 0);
}

TEST_F(PublishPluginTest, WhileTheStoreTakesNothingTheSystemIsNotCalled) {
  ASSERT_EQ(build(kPlain, orders), "");
  EXPECT_TRUE(plugin->on_head(order().exchange).verdict()->ok());
  fill_disk();
  respond(order(), 201, "{}");  // the store looks at the disk when it writes
  fakes::Call& one = order();
  Step step = plugin->on_head(one.exchange);
  ASSERT_FALSE(step.verdict()->ok());
  reply_error(one.exchange, step.verdict()->error());
  EXPECT_EQ(answer(one),
            "503\nRetry-After: 5\nContent-Type: application/json\n\n"
            R"({"code":50392,"message":"the event could not be taken, try again later","data":null,)"
            R"("timestamp":1772337602123,"details":{"requestId":"r-1"}})");
}

TEST_F(PublishPluginTest, OnAFlatTopicWhatDoesNotFitLiesInData) {
  const auto flat = topic(topic_settings("flat-topic", "{{ .orderId }}", events::EventShape::kFlat));
  ASSERT_EQ(build("{topic: flat-topic, type: T}", flat), "");
  const auto body_of = [&](const std::string& answer) {
    fakes::Call& one = order();
    respond(one, 200, answer);
    const std::string text = event_of(one, "flat-topic");
    return text.substr(text.find("{\"eventId\""), text.rfind(" | ") - text.find("{\"eventId\""));
  };
  const std::string start = R"({"eventId":"<id>","eventType":"T","timestamp":1772337600123)";
  EXPECT_EQ(body_of(R"({ "orderId":"A", "n":1.0 })"), start + R"(,"orderId":"A", "n":1.0})");
  EXPECT_EQ(body_of("{}"), start + "}");
  EXPECT_EQ(body_of("null"), start + "}");
  EXPECT_EQ(body_of("[1]"), start + R"(,"data":[1]})");
  EXPECT_EQ(body_of(R"({"timestamp":1})"), start + R"(,"data":{"timestamp":1}})");
}

TEST_F(PublishPluginTest, CheckReadsItsSettings) {
  EXPECT_EQ(build("{topic: a, type: T, when: transaction}", orders), "");
  EXPECT_EQ(build("{topic: a, type: \"\"}", orders), "t.yaml:1:18: type: expected 1 to 255 bytes, got \"\"\n");
  EXPECT_EQ(build("{topic: a, when: later}", orders),
            "t.yaml:1:1: missing \"type\" (its eventType)\n"
            "t.yaml:1:18: when: expected one of after_success, transaction; got \"later\"\n");
  for (const char* part : {R"(key: "{{ $answer.id }}")", R"(data: "{{ $headers }}")", R"(key: "{{ $reslt.a }}")"}) {
    const std::string text = build("{topic: a, type: T, " + std::string(part) + "}", orders);
    EXPECT_TRUE(text.starts_with("t.yaml:1:") && (text.find("has no value here") != std::string::npos ||
                                                  text.find("unknown variable") != std::string::npos))
        << text;
  }
  for (const char* data : {"x {{ . }}", "x"})
    EXPECT_EQ(
        build("{topic: a, type: T, data: \"" + std::string(data) + "\"}", orders),
        "t.yaml:1:27: data: expected one {{ expression }} and nothing around it: text would be the event's data\n");
}

class PublishPluginOnABusTest : public PublishPluginTest {
 protected:
  PublishPluginOnABusTest() { event_log.use(&publications); }
  static events::TopicSettings on_bus() {
    events::TopicSettings settings = topic_settings("order-topic");
    settings.bus = events::BusKind::kKafka;
    return settings;
  }
  std::string status_of(fakes::Call& one) {
    const std::string_view field = *one.exchange.response.headers.get(net::HeaderId::kXCausewayEvent);
    return std::string(field.substr(field.find(';')));
  }
  fakes::FixedPublications publications;
  std::shared_ptr<const events::Topic> bus_orders = topic(on_bus());
};

TEST_F(PublishPluginOnABusTest, SaysWhetherTheEventIsThere) {
  ASSERT_EQ(
      build("{topic: order-topic, type: ORDER_CREATED, acknowledge: broker, acknowledge_timeout: 70ms}", bus_orders),
      "");
  fakes::Call& late = order();
  respond(late, 201, "{}");
  EXPECT_EQ(status_of(late), "; status=stored");
  EXPECT_EQ(publications.patience, std::chrono::milliseconds(70));
  publications.places = {events::BusPlace{1, 2}};
  fakes::Call& there = order();
  respond(there, 201, "{}");
  EXPECT_EQ(status_of(there), "; status=published");
}

TEST_F(PublishPluginOnABusTest, WhatTheBusWouldNotTakeIsDoneAndUnpublished) {
  ASSERT_EQ(build(kPlain, bus_orders), "");
  bus_orders->limits->record_bytes = 400;
  fakes::Call& one = order();
  const std::string text = respond(one, 201, R"({"orderId":"A"})");
  EXPECT_NE(text.find("503\n"), text.npos) << text;
  EXPECT_NE(text.find(R"("code":50392)"), text.npos) << text;
  EXPECT_NE(text.find(R"("outcome":"done_unpublished")"), text.npos) << text;
  EXPECT_EQ(stored_count("order-topic"), 0);
}

}  // namespace
}  // namespace causeway::plugins
