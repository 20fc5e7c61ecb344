// filter, transform, done_when, templates and outcomes, at work.
#include <gmock/gmock.h>

#include "subscription_fixture.h"

namespace causeway::events {
namespace {

using Ids = std::vector<std::string>;

constexpr const char* kDigits = R"({"id":4781320682406083640,"price":19.90,"n":123456789012345678901234567890})";

class Expressions : public ::testing::Test {
 protected:
  Expressions() { begin(); }
  void begin(upstream::ClusterSettings settings = {}) {
    process.reset();
    process = std::make_unique<Process>(folder.database());
    process->cluster("wms", receiver.port(), std::move(settings));
  }
  void take(const std::string& more, const std::string& http = "") {
    ASSERT_EQ(process->take("[{name: s, topic: t, deliver: {http: {cluster: wms" + http +
                                "}}, retry: {delay: 5ms, max_delay: 100ms, max_attempts: 3}" + more + "}]",
                            1),
              "");
  }
  void publish(const std::string& id, const std::string& key, const std::string& data, const std::string& type = "X") {
    EventDraft draft = Process::draft(id, key);
    draft.type = type;
    draft.body = R"({"eventId":")" + id + R"(","eventType":")" + type + R"(","timestamp":1,"data":)" + data + '}';
    process->publish({draft});
  }
  void answer(int status, const std::string& body = "{}") {
    receiver.answer([=](const Got&, int) { return Receiver::status(status, "", body); });
  }
  DeadLetterView only_dead() {
    EXPECT_TRUE(eventually([&] { return process->dead().size() == 1; }));
    Result<DeadLetterView> shown = process->subscriptions.dead_letter(process->dead().at(0).id);
    EXPECT_TRUE(shown.ok());
    return shown ? *shown : DeadLetterView();
  }
  std::string metric(const std::string& result) {
    const std::string text = process->metrics.text();
    const std::string name = "causeway_deliveries_total{result=\"" + result + "\",subscription=\"s\"} ";
    const std::size_t at = text.find(name);
    return at == std::string::npos ? "" : text.substr(at + name.size(), text.find('\n', at) - at - name.size());
  }
  static upstream::ClusterSettings with_outcome(const std::string& when, CallClass is, std::uint32_t code = 0,
                                                const std::string& message = "", const std::string& details = "") {
    upstream::ClusterSettings settings;
    upstream::OutcomeSettings outcome;
    outcome.when.value = when;
    outcome.is = is;
    outcome.code.value = code;
    outcome.message.value = message;
    outcome.details.value = details;
    settings.outcomes.push_back(outcome);
    return settings;
  }
  static upstream::ClusterSettings with_envelope() {
    upstream::ClusterSettings settings;
    settings.answers = upstream::Answers::kEnvelope;
    return settings;
  }

  TemporaryFolder folder;
  Receiver receiver;
  std::unique_ptr<Process> process;
};

TEST_F(Expressions, TheFilterLeavesOutWithoutACallAndTheCursorMoves) {
  take(R"(, filter: '.eventType == "ORDER" and $event.data.n > 1')");
  publish("e1", "k", R"({"n":1})", "ORDER");
  publish("e2", "k", R"({"n":2})", "STOCK");
  publish("e3", "k", R"({"n":3})", "ORDER");
  publish("e4", "k", R"({"n":4})", "STOCK");
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(receiver.wait_for(1)[0].event_id(), "e3");
  EXPECT_EQ(receiver.got().size(), 1u);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("filtered"), "3");
  EXPECT_EQ(metric("success"), "1");
  EXPECT_EQ(process->view().backlog, 0);
}

TEST_F(Expressions, AFilterThatFailsIsADeadLetterAtOnceAndAMendedOneLetsItGo) {
  take(", filter: '.data.n.x == 1'");
  publish("e1", "k", R"({"n":5})");
  publish("e2", "k", R"({"n":{"x":1}})");
  publish("e3", "k", R"({"n":{"x":2}})");
  const DeadLetterView dead = only_dead();
  EXPECT_EQ(dead.event_id, "e1");
  EXPECT_THAT(dead.reason, ::testing::StartsWith("filter: "));
  EXPECT_EQ(dead.attempts, 0);
  EXPECT_TRUE(dead.tried.empty());
  EXPECT_TRUE(eventually([&] { return process->view().held == 1; }));
  EXPECT_TRUE(receiver.got().empty());
  take(", filter: '.data.n == 5'");
  EXPECT_TRUE(process->subscriptions.replay(dead.id, {}).ok());
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"e1"}; }));
  EXPECT_TRUE(process->finished());  // e2, which waited, is left out by the filter of now
}

TEST_F(Expressions, WhatIsSentIsTheOneResultOfTheTransformDigitForDigit) {
  take(", transform: '{no: .data.id, price: $event.data.price, all: .data}'");
  publish("e1", "k", kDigits);
  EXPECT_EQ(receiver.wait_for(1)[0].body(),
            std::string(R"({"no":4781320682406083640,"price":19.90,"all":)") + kDigits + "}");
  EXPECT_EQ(receiver.got()[0].header("Idempotency-Key"), "e1/s");
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, ATransformWithoutOneResultIsADeadLetterThatSaysWhy) {
  take(", transform: '.data[] | .x'");
  publish("none", "a", "[]");
  EXPECT_THAT(only_dead().reason, ::testing::StartsWith("transform: "));
  EXPECT_THAT(process->lines(), ::testing::HasSubstr(" | event=none | reason=transform: "));
  EXPECT_EQ(metric("dead"), "1");
  EXPECT_TRUE(receiver.got().empty());
}

TEST_F(Expressions, WhatWasSentOnceIsSentAgainWhateverTheTransformIsByThen) {
  answer(503);
  take(", transform: '{one: .data.price}'");
  publish("e1", "k", kDigits);
  publish("e2", "k", kDigits);
  receiver.wait_for(1);
  EXPECT_TRUE(eventually([&] { return process->view().held == 1; }));
  take(", transform: '{two: .data.price}'");
  const DeadLetterView dead = only_dead();
  EXPECT_EQ(dead.reason, "attempts exhausted");
  EXPECT_EQ(dead.body, R"({"one":19.90})");
  EXPECT_EQ(dead.event, std::string(R"({"eventId":"e1","eventType":"X","timestamp":1,"data":)") + kDigits + "}");
  begin();
  answer(200);
  take(", transform: '{three: .data.price}'");
  EXPECT_TRUE(eventually([&] { return process->subscriptions.replay(dead.id, {}).ok(); }));
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"e1", "e2"}; }));
  Ids bodies;
  for (const Got& got : receiver.got()) bodies.push_back(got.body());
  EXPECT_EQ(bodies, (Ids{R"({"one":19.90})", R"({"one":19.90})", R"({"one":19.90})", R"({"one":19.90})",
                         R"({"three":19.90})"}));
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, AnEditedReplayIsTransformedAnew) {
  answer(422);
  take(", transform: '{v: .data.v, of: .replayOf}'");
  publish("e1", "k", R"({"v":1.0})");
  const DeadLetterView dead = only_dead();
  EXPECT_EQ(dead.body, R"({"v":1.0,"of":null})");
  answer(200);
  take(", transform: '{value: .data.v, of: .replayOf}'");
  EXPECT_TRUE(process->subscriptions.replay(dead.id, R"({"v":2.0})").ok());
  EXPECT_EQ(receiver.wait_for(2)[1].body(), R"({"value":2.0,"of":"e1"})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, TemplatesMakeAddressHeadersAndBody) {
  take(", transform: '.data'",
       ", path: '/o/{{ .id }}/{{ $event.eventType }}', query: {q: 'a {{ .t }}'}, headers: {X-Key: 'k-{{ .id }}'},"
       " body: '{{ {id, t} }}'");
  publish("e1", "k", R"({"id":"a/b c","t":"1&2","u":0})");
  const Got got = receiver.wait_for(1)[0];
  EXPECT_EQ(got.line(), "POST /o/a%2Fb%20c/X?q=a%201%262 HTTP/1.1");
  EXPECT_EQ(got.header("X-Key"), "k-a/b c");
  EXPECT_EQ(got.body(), R"({"id":"a/b c","t":"1&2"})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, AValueThatDoesNotFitIsADeadLetterAndAMendedConfigurationSendsIt) {
  take("", ", path: '/o/{{ .data.id }}', headers: {X-A: '{{ .data.a }}'}");
  publish("e1", "null", R"({"a":"x"})");
  EXPECT_THAT(only_dead().reason, ::testing::StartsWith("path: "));
  publish("e2", "dots", R"({"id":"..","a":"x"})");
  publish("e3", "line", R"({"id":1,"a":"x\r\nX-B: y"})");
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 3; }));
  Ids reasons;
  for (const DeadLetterView& each : process->dead()) reasons.push_back(each.reason);
  EXPECT_EQ(reasons[1], "path: an inserted value is empty, \".\" or \"..\"");
  EXPECT_EQ(reasons[2], "headers.X-A: an inserted value has control characters");
  EXPECT_TRUE(receiver.got().empty());
  take(", transform: '{id: .eventId}'", ", path: '/o/{{ .id }}'");
  EXPECT_EQ(*process->subscriptions.replay_all({}, false), 3);
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 3; }));
  for (const Got& got : receiver.got()) EXPECT_EQ(got.body(), R"({"id":")" + got.event_id() + R"("})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, DoneWhenTakesA409) {
  answer(409, R"({"code":40901})");
  take(", done_when: '$status < 300 or .code == 40901'");
  publish("e1", "k", "{}");
  EXPECT_TRUE(process->finished() && receiver.wait_for(1).size() == 1);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("success"), "1");
  EXPECT_THAT(process->lines(), ::testing::HasSubstr("INFO call WMS | method=s | "));
}

TEST_F(Expressions, DoneWhenRefusesA200ThatMeansNothing) {
  receiver.answer([](const Got&, int before) {
    return Receiver::status(200, "", before == 0 ? R"({"state":"queued"})" : R"({"state":"done"})");
  });
  take(R"(, done_when: '.state == "done"')");
  publish("e1", "k", "{}");
  EXPECT_TRUE(process->finished() && receiver.wait_for(2).size() == 2);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("retry"), "1");
}

TEST_F(Expressions, DoneWhenSeesNullWhereThereIsNoJson) {
  receiver.answer([](const Got&, int before) { return Receiver::status(200, "", before == 0 ? "<html>" : "7"); });
  take(", done_when: '. != null'");
  publish("e1", "k", "{}");
  EXPECT_EQ(receiver.wait_for(2).size(), 2u);
  EXPECT_TRUE(process->finished());
}

TEST_F(Expressions, ADoneWhenThatFailsIsADeadLetterWithItsAttempt) {
  answer(200, "[1]");
  take(", done_when: '.code == 0'");
  publish("e1", "k", "{}");
  const DeadLetterView dead = only_dead();
  EXPECT_THAT(dead.reason, ::testing::StartsWith("done_when: "));
  ASSERT_EQ(dead.tried.size(), 1u);
  EXPECT_EQ(dead.tried[0].status, 200);
  EXPECT_EQ(dead.tried[0].body, "[1]");
}

TEST_F(Expressions, ABusinessFailureInsideA200IsADeadLetterWithWhatWasSaid) {
  begin(with_outcome(".err == \"SHORT\"", CallClass::kBusiness, 40001, "{{ .text }}", "{{ {sku, n} }}"));
  answer(200, R"({"err":"SHORT","text":"库存不足","sku":"A","n":19.90})");
  take("");
  publish("e1", "k", "{}");
  const DeadLetterView dead = only_dead();
  EXPECT_EQ(dead.reason, "40001 库存不足");
  EXPECT_EQ(dead.attempts, 1);
  ASSERT_EQ(dead.tried.size(), 1u);
  EXPECT_EQ(dead.tried[0].code, 40001);
  EXPECT_EQ(dead.tried[0].message, "库存不足");
  EXPECT_EQ(dead.tried[0].details, R"({"sku":"A","n":19.90})");
  EXPECT_THAT(process->lines(), ::testing::HasSubstr(" | error=库存不足 | "));
  EXPECT_THAT(process->lines(), ::testing::HasSubstr(" | status=200 | code=40001 | "));
}

TEST_F(Expressions, ASystemFailureInsideA200IsTriedAgainAndASuccessInsideA422IsDone) {
  upstream::ClusterSettings settings = with_outcome(".busy", CallClass::kSystem, 50301, "busy");
  settings.outcomes.push_back(with_outcome(".known", CallClass::kSuccess).outcomes[0]);
  begin(settings);
  receiver.answer([](const Got&, int before) {
    return before == 0 ? Receiver::status(200, "", R"({"busy":true})") : Receiver::status(422, "", R"({"known":true})");
  });
  take("");
  publish("e1", "k", "{}");
  EXPECT_EQ(receiver.wait_for(2).size(), 2u);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("retry"), "1");
  EXPECT_EQ(metric("success"), "1");
}

TEST_F(Expressions, AnEnvelopesFailureInside200IsABusinessFailureOrTheSystems) {
  begin(with_envelope());
  receiver.answer([](const Got& got, int before) {
    if (got.event_id() == "no") return Receiver::status(200, "", R"({"code":40901,"message":"no","data":null})");
    if (before == 0) return Receiver::status(200, "", R"({"code":50301,"message":"busy","data":null})");
    return Receiver::status(500, "", R"({"code":0,"message":"ok","data":{}})");
  });
  take("");
  publish("no", "a", "{}");
  publish("yes", "b", "{}");
  EXPECT_EQ(only_dead().reason, "40901 no");
  EXPECT_TRUE(process->finished(1));
  EXPECT_EQ(metric("retry"), "1");
  EXPECT_EQ(metric("success"), "1");
}

TEST_F(Expressions, AnEnvelopeInAConflictMayMeanThatTheFirstAttemptIsStillRunning) {
  begin(with_envelope());
  receiver.answer([](const Got&, int before) {
    if (before == 0) return Receiver::status(409, "", R"({"code":40901,"message":"still running","data":null})");
    return Receiver::status(200, "", R"({"code":0,"message":"ok","data":{}})");
  });
  take("");
  publish("e1", "k", "{}");
  EXPECT_EQ(receiver.wait_for(2).size(), 2u);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("retry"), "1");
  EXPECT_EQ(metric("success"), "1");
}

TEST_F(Expressions, AnEnvelopeThatIsNoneIsASystemFailure) {
  begin(with_envelope());
  answer(200, "<html>hotel network</html>");
  take("");
  publish("e1", "k", "{}");
  const DeadLetterView dead = only_dead();
  EXPECT_EQ(dead.reason, "attempts exhausted");
  ASSERT_EQ(dead.tried.size(), 3u);
  EXPECT_EQ(dead.tried[0].status, 200);
  EXPECT_EQ(dead.tried[0].error, "the answer is no envelope: it is no JSON");
}

TEST_F(Expressions, ALargeAnswerIsReadWhereItsWordsDecide) {
  begin(with_envelope());
  const std::string large = R"({"code":0,"data":")" + std::string(900'000, 'x') + "\"}";
  answer(200, large);
  take("");
  publish("e1", "k", "{}");
  EXPECT_TRUE(process->finished() && receiver.wait_for(1).size() == 1);
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(metric("success"), "1");
  answer(200, R"({"code":0,"data":")" + std::string(1'100'000, 'x') + "\"}");
  publish("e2", "k", "{}");
  EXPECT_EQ(only_dead().tried.at(0).error, "the answer is too large to be understood");
}

TEST_F(Expressions, AFilteredEventIsToldAsSuch) {
  take(", filter: '.data.n == 1'");
  publish("e1", "k", R"({"n":1})");
  publish("e2", "k", R"({"n":2})");
  EXPECT_TRUE(process->finished() && receiver.wait_for(1).size() == 1);
  EXPECT_TRUE(process->finished());
  struct Ask final : store::Query {
    Subscriptions& subscriptions;
    std::string states;
    explicit Ask(Subscriptions& its) : subscriptions(its) {}
    Result<> run(store::Session& session) override {
      states.clear();
      for (const Position position : {1, 2}) {
        std::vector<DeliveryState> found;
        subscriptions.describe(session, "t", 0, position, "", nullptr, found);
        for (const DeliveryState& each : found) states += std::string(each.state) + ' ';
      }
      return {};
    }
  } ask(process->subscriptions);
  EXPECT_TRUE(process->store.query_blocking(ask).ok());
  EXPECT_EQ(ask.states, "delivered filtered ");
}

}  // namespace
}  // namespace causeway::events
