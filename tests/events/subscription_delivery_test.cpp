#include <gmock/gmock.h>

#include "subscription_fixture.h"

namespace causeway::events {
namespace {

using Ids = std::vector<std::string>;

std::string subscription(const std::string& more = "") {
  return "[{name: s, topic: t, deliver: {http: {cluster: wms, path: /in, query: {a: 'b c'}, headers: {X-Team: shop}}},"
         " retry: {delay: 5ms, max_delay: 100ms, max_attempts: 4}" +
         more + "}]";
}

class Delivering : public ::testing::Test {
 protected:
  Delivering() { begin(); }

  void begin() {
    process.reset();
    process = std::make_unique<Process>(folder.database());
    process->cluster("wms", receiver.port());
  }
  /// Answers by event id, one after the other; the last one again and again.
  void script(std::map<std::string, std::vector<std::string>> answers) {
    receiver.answer([answers = std::move(answers)](const Got& got, int before) {
      const auto found = answers.find(got.event_id());
      if (found == answers.end()) return Receiver::status(200);
      return found->second[std::min<std::size_t>(static_cast<std::size_t>(before), found->second.size() - 1)];
    });
  }
  static std::string status(int code, const std::string& headers = "") { return Receiver::status(code, headers); }

  TemporaryFolder folder;
  Receiver receiver;
  std::unique_ptr<Process> process;
};

TEST_F(Delivering, TellsTheSystemWithAKeyASequenceAndTheTrace) {
  ASSERT_EQ(process->take(subscription(), 1), "");
  process->publish("e1", "k");
  const Got got = receiver.wait_for(1)[0];
  EXPECT_EQ(got.line(), "POST /in?a=b%20c HTTP/1.1");
  EXPECT_EQ(got.header("Idempotency-Key"), "e1/s");
  EXPECT_EQ(got.header("X-Causeway-Sequence"), "1");
  EXPECT_EQ(got.header("Content-Type"), "application/json");
  EXPECT_EQ(got.header("X-Request-Id"), "e1");
  EXPECT_EQ(got.header("X-Team"), "shop");
  EXPECT_EQ(got.header("traceparent").substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
  EXPECT_NE(got.header("traceparent").substr(36, 16), "b7ad6b7169203331");
  EXPECT_EQ(got.body(), R"({"eventId":"e1","eventType":"X","timestamp":1,"data":{"n":1.50}})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, ManyEventsComeOnceEachAndInOrderOfTheirKeys) {
  ASSERT_EQ(process->take(subscription()), "");
  constexpr int kEvents = 3000;
  std::vector<EventDraft> drafts;
  for (int i = 0; i < kEvents; ++i) {
    drafts.push_back(Process::draft("e" + std::to_string(i), "k" + std::to_string(i % 37)));
    if (drafts.size() == 500) process->publish(std::exchange(drafts, {}));
  }
  EXPECT_EQ(receiver.wait_for(kEvents).size(), kEvents);
  std::map<int, int> last;
  for (const std::string& id : receiver.taken()) {
    const int number = std::stoi(id.substr(1));
    const auto [before, first] = last.emplace(number % 37, -1);
    EXPECT_LT(before->second, number);
    before->second = number;
  }
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(receiver.got().size(), kEvents);
  EXPECT_THAT(process->metrics.text(),
              ::testing::HasSubstr("causeway_deliveries_total{result=\"success\",subscription=\"s\"} 3000\n"));
}

TEST_F(Delivering, ADeliveryIsTriedAgainWithTheSameKeyAndTheSameBytes) {
  script({{"conflict", {status(409), status(200)}},
          {"cut", {"", status(204)}},
          {"unauthorized", {status(401), status(201)}},
          {"missing", {status(404), status(403), status(405), status(200)}},
          {"broken", {status(500), status(302), status(503), status(200)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"conflict", "cut", "unauthorized", "missing", "broken"}) process->publish(id, id);
  EXPECT_EQ(receiver.wait_for(14).size(), 14);
  EXPECT_TRUE(process->finished());
  std::map<std::string, std::set<std::string>> bodies;
  for (const Got& got : receiver.got()) bodies[got.header("Idempotency-Key")].insert(got.body());
  EXPECT_EQ(bodies.size(), 5);
  for (const auto& [key, different] : bodies) EXPECT_EQ(different.size(), 1) << key;
}

TEST_F(Delivering, RetryAfterIsHonouredUpToTheLongestDelay) {
  std::map<std::string, std::chrono::steady_clock::time_point> times;
  std::mutex mutex;
  receiver.answer([&](const Got& got, int before) {
    const std::lock_guard lock(mutex);
    times[got.event_id() + std::to_string(before)] = std::chrono::steady_clock::now();
    return before == 0 ? status(429, "Retry-After: 60\r\n") : status(200);
  });
  ASSERT_EQ(process->take(subscription()), "");
  process->publish("e", "k");
  receiver.wait_for(2);
  EXPECT_TRUE(process->finished());
  EXPECT_GE(times["e1"] - times["e0"], 100ms);
}

TEST_F(Delivering, AHangingReceiverIsCutAtTheTimeout) {
  script({{"e", {"hang", status(200)}}});
  ASSERT_EQ(process->take("[{name: s, topic: t, deliver: {http: {cluster: wms, timeout: 50ms}}, retry: {delay: 5ms}}]"),
            "");
  process->publish("e", "k");
  EXPECT_EQ(receiver.wait_for(1)[0].line(), "POST / HTTP/1.1");
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"e"}; }));
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, AKeyThatHangsStopsNobodyElse) {
  std::atomic<bool> asked{false};
  std::atomic<bool> let_go{false};
  receiver.answer([&](const Got& got, int) {
    if (got.event_id() == "slow") {
      asked = true;
      EXPECT_TRUE(eventually([&] { return let_go.load(); }));
    }
    return status(200);
  });
  ASSERT_EQ(
      process->take("[{name: s, topic: t, deliver: {http: {cluster: wms, timeout: 60s}}, retry: {delay: 5ms}}]", 1),
      "");
  process->publish("slow", "a");
  process->publish("behind", "a");
  std::vector<EventDraft> drafts;
  for (int i = 0; i < 600; ++i) drafts.push_back(Process::draft("e" + std::to_string(i), "k" + std::to_string(i)));
  process->publish(std::move(drafts));
  EXPECT_TRUE(eventually([&] { return asked && receiver.taken().size() == 600; }));
  EXPECT_EQ(receiver.got().size(), 600u);  // while the first still hangs
  let_go = true;
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 602; }));
  EXPECT_EQ(receiver.taken()[600], "slow");
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, ADeadLetterParksItsKeyOnlyAndAReplayDrainsItInOrder) {
  script({{"a1", {status(422), status(200)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"a1", "b1", "a2", "b2", "a3", "a4"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"b1", "b2"} && process->view().held == 3; }));
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1; }));  // on the disk, too

  const std::vector<DeadLetterView> dead = process->dead();
  ASSERT_EQ(dead.size(), 1);
  EXPECT_EQ(dead[0].event_id, "a1");
  EXPECT_EQ(dead[0].reason, "422");
  EXPECT_EQ(dead[0].attempts, 1);
  EXPECT_TRUE(eventually([&] { return process->dead()[0].held_behind == 3; }));
  const Result<DeadLetterView> shown = process->subscriptions.dead_letter(dead[0].id);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->body, R"({"eventId":"a1","eventType":"X","timestamp":1,"data":{"n":1.50}})");
  ASSERT_EQ(shown->tried.size(), 1);
  EXPECT_EQ(shown->tried[0].status, 422);
  EXPECT_EQ(shown->tried[0].body, "{}");
  EXPECT_NE(
      process->lines().find("WARN dead letter | subscription=s | id=" + dead[0].id + " | event=a1 | reason=422\n"),
      std::string::npos);

  EXPECT_TRUE(process->subscriptions.replay(dead[0].id, {}).ok());
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"b1", "b2", "a1", "a2", "a3", "a4"}; }));
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(number(process->subscriptions.replay(dead[0].id, {}).error().code()), 40491u);
}

TEST_F(Delivering, ADiscardedDeadLetterLetsItsKeyGoOn) {
  script({{"a1", {status(410)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"a1", "a2", "a3"}) process->publish(id, "a");
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1 && process->view().held == 2; }));
  const std::string id = process->dead()[0].id;
  EXPECT_TRUE(process->subscriptions.discard(id, "cancelled").ok());
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"a2", "a3"}; }));
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(number(process->subscriptions.discard(id, "again").error().code()), 40993u);
}

TEST_F(Delivering, WithSkipLaterEventsOfTheKeyGoOn) {
  script({{"a1", {status(400), status(200)}}});
  ASSERT_EQ(process->take(subscription(", on_dead_letter: skip")), "");
  for (const char* id : {"a1", "a2", "a3"}) process->publish(id, "a");
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"a2", "a3"}; }));
  EXPECT_TRUE(process->finished(1));
  DeadLetterFilter all;
  EXPECT_EQ(*process->subscriptions.replay_all(all, true), 1);
  EXPECT_EQ(*process->subscriptions.replay_all(all, false), 1);
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"a2", "a3", "a1"}; }));
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, ARetryingEventHoldsItsOwnKeyOnlyAndAttemptsEnd) {
  script({{"a1", {status(500)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"a1", "a2", "b1"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1; }));
  const Result<DeadLetterView> dead = process->subscriptions.dead_letter(process->dead()[0].id);
  ASSERT_TRUE(dead.ok());
  EXPECT_EQ(dead->reason, "attempts exhausted");
  EXPECT_EQ(dead->attempts, 4);
  EXPECT_EQ(dead->tried.size(), 4);
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"b1"} && process->view().held == 1; }));
}

TEST_F(Delivering, AnEditedReplayIsAnotherEvent) {
  script({{"a1", {status(422)}}});
  ASSERT_EQ(process->take(subscription()), "");
  process->publish("a1", "a");
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1; }));
  const std::string id = process->dead()[0].id;
  EXPECT_EQ(number(process->subscriptions.replay(id, "{nonsense").error().code()), 40092u);
  const Result<DeadLetterView> replayed = process->subscriptions.replay(id, R"({"n":2.50})");
  ASSERT_TRUE(replayed.ok());
  const Got got = receiver.wait_for(2)[1];
  EXPECT_EQ(got.header("Idempotency-Key"), replayed->event_id + "/s");
  EXPECT_EQ(got.body(), R"({"eventId":")" + replayed->event_id +
                            R"(","eventType":"X","timestamp":1,"data":{"n":2.50},"replayOf":"a1"})");
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, TwentyDeadKeysInARowPauseTheSubscription) {
  receiver.answer([](const Got&, int) { return status(422); });
  ASSERT_EQ(process->take(subscription(", concurrency: 1")), "");
  for (int i = 0; i < 25; ++i) process->publish("e" + std::to_string(i), "k" + std::to_string(i));
  EXPECT_TRUE(eventually([&] { return process->view().state == "paused" && process->dead().size() == 20; }));
  EXPECT_EQ(process->view().paused_by, "dead_letters");
  EXPECT_EQ(receiver.got().size(), 20);
  receiver.answer([](const Got&, int) { return status(200); });
  const Result<SubscriptionView> resumed = process->subscriptions.resume("s");
  ASSERT_TRUE(resumed.ok());
  EXPECT_EQ(resumed->state, "running");
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 5; }));
  EXPECT_EQ(*process->subscriptions.replay_all({}, false), 20);
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 25; }));
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, ThePauseOfAnOperatorSurvivesARestart) {
  ASSERT_EQ(process->take(subscription()), "");
  ASSERT_TRUE(eventually([&] { return process->subscriptions.pause("s").ok(); }));
  process->publish("e1", "k");
  begin();
  ASSERT_EQ(process->take(subscription()), "");
  EXPECT_TRUE(eventually([&] { return process->view().paused_by == "operator" && process->view().backlog == 1; }));
  EXPECT_TRUE(receiver.got().empty());
  Result<SubscriptionView> resumed = process->subscriptions.resume("s");
  ASSERT_TRUE(resumed.ok()) << number(resumed.error().code()) << ' ' << resumed.error().info().internal;
  receiver.wait_for(1);
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, WhatIsRetriedHeldAndDeadIsThereAfterARestart) {
  script({{"a1", {status(422), status(200)}}, {"b1", {status(500)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"a1", "a2", "c1"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1 && process->view().held == 1; }));
  receiver.wait_for(2);
  begin();
  receiver.answer([](const Got&, int) { return status(200); });
  ASSERT_EQ(process->take(subscription()), "");
  process->publish("a3", "a");
  process->publish("d1", "d");
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"c1", "d1"} && process->view().held == 2; }));
  EXPECT_TRUE(process->subscriptions.replay(process->dead()[0].id, {}).ok());
  EXPECT_TRUE(eventually([&] { return receiver.taken() == Ids{"c1", "d1", "a1", "a2", "a3"}; }));
  EXPECT_TRUE(process->finished());
}

TEST_F(Delivering, RetriesGoOnAfterARestart) {
  receiver.answer([](const Got&, int) { return status(503); });
  const std::string slow = "[{name: s, topic: t, deliver: {http: {cluster: wms}}, retry: {delay: 200ms}}]";
  ASSERT_EQ(process->take(slow), "");
  for (const char* id : {"a1", "a2", "a3", "b1"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] { return process->view().retrying == 2 && process->view().held == 2; }));
  begin();
  receiver.answer([](const Got&, int) { return status(200); });
  ASSERT_EQ(process->take(slow), "");
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 4; }));
  EXPECT_TRUE(process->finished());
  Ids a = receiver.taken();
  std::erase(a, "b1");
  EXPECT_EQ(a, (Ids{"a1", "a2", "a3"}));
}

TEST_F(Delivering, TheStateOfAnEventIsTold) {
  script({{"a1", {status(422)}}});
  ASSERT_EQ(process->take(subscription(), 1), "");
  for (const char* id : {"a1", "a2", "b1"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1 && process->view().held == 1; }));
  const auto state = [&](Position position) {
    struct Ask final : store::Query {
      Subscriptions& subscriptions;
      Position position;
      std::vector<DeliveryState> states;
      Ask(Subscriptions& its, Position which) : subscriptions(its), position(which) {}
      Result<> run(store::Session& session) override {
        states.clear();
        subscriptions.describe(session, "t", 0, position, "", nullptr, states);
        return {};
      }
    } ask(process->subscriptions, position);
    EXPECT_TRUE(process->store.query_blocking(ask).ok());
    return ask.states.size() == 1 ? std::string(ask.states[0].state) : "nothing";
  };
  EXPECT_TRUE(eventually([&] { return state(3) == "delivered"; }));
  EXPECT_EQ(state(1), "dead");
  EXPECT_EQ(state(2), "held");
  EXPECT_EQ(state(4), "pending");
  EXPECT_EQ(state(0), "nothing");
}

TEST_F(Delivering, EveryAttemptHasALineInTheLog) {
  script({{"e1",
           {"HTTP/1.1 503 X\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n\"later\"", status(200)}}});
  ASSERT_EQ(process->take(subscription(), 1), "");
  process->publish("e1", "k");
  EXPECT_TRUE(process->finished() && receiver.taken() == Ids{"e1"});
  const std::string lines = process->lines();
  const std::string body = R"({"eventId":"e1","eventType":"X","timestamp":1,"data":{"n":1.50}})";
  EXPECT_THAT(lines, ::testing::HasSubstr("ERROR call WMS failed | method=s | request=" + body +
                                          " | response=\"later\" | error=answered 503 | cost="));
  EXPECT_THAT(lines, ::testing::HasSubstr("ms | status=503 | code=50300 | consumer= | attempt=1 | "
                                          "trace=0af7651916cd43dd8448eb211c80319c | request_id=e1\n"));
  EXPECT_THAT(lines, ::testing::HasSubstr("INFO call WMS | method=s | request=" + body + " | response={} | cost="));
  EXPECT_THAT(lines, ::testing::HasSubstr("ms | status=200 | code=0 | consumer= | attempt=2 | "
                                          "trace=0af7651916cd43dd8448eb211c80319c | request_id=e1\n"));
}

TEST_F(Delivering, BacklogDelayAndDeadLettersAreMeasured) {
  script({{"a1", {status(422)}}});
  ASSERT_EQ(process->take(subscription()), "");
  for (const char* id : {"a1", "a2", "b1"}) process->publish(id, std::string(1, id[0]));
  EXPECT_TRUE(eventually([&] {
    const SubscriptionView view = process->view();
    return view.backlog == 1 && view.dead_letters == 1 && view.delay_seconds > 0;
  }));
  std::string text;  // the metrics learn it with the next sample
  EXPECT_TRUE(eventually([&] {
    text = process->metrics.text();
    return text.find("causeway_subscription_backlog{subscription=\"s\"} 1\n") != std::string::npos &&
           text.find("causeway_dead_letters{subscription=\"s\"} 1\n") != std::string::npos;
  }));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("causeway_sync_delay_seconds{subscription=\"s\"} 0\n")));
  script({});
  EXPECT_TRUE(process->subscriptions.replay(process->dead()[0].id, {}).ok());
  EXPECT_TRUE(process->finished());
  EXPECT_TRUE(eventually([&] { return process->view().backlog == 0 && process->view().delay_seconds == 0; }));
}

}  // namespace
}  // namespace causeway::events
