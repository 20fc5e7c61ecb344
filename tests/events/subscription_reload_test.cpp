// Subscriptions over configurations: where new ones begin, what reloads and renames keep.
#include "events/event_tables.h"
#include "subscription_fixture.h"

namespace causeway::events {
namespace {

using Ids = std::vector<std::string>;

class Reloading : public ::testing::Test {
 protected:
  Reloading() { begin(); }
  void begin() {
    process.reset();
    process = std::make_unique<Process>(folder.database());
    process->cluster("wms", receiver.port());
    process->cluster("erp", other.port());
  }
  static std::string one(const std::string& name, const std::string& more = "", const std::string& cluster = "wms") {
    return "{name: " + name + ", topic: t, deliver: {http: {cluster: " + cluster + "}}, retry: {delay: 5ms}" + more +
           "}";
  }
  bool took(const Receiver& from, const Ids& ids) {
    return eventually([&] { return from.taken() == ids; });
  }

  TemporaryFolder folder;
  Receiver receiver;
  Receiver other;
  std::unique_ptr<Process> process;
};

TEST_F(Reloading, ANewSubscriptionBeginsWithTheLatestOrTheEarliest) {
  ASSERT_EQ(process->take("[]", 1), "");
  process->publish("e1", "k");
  ASSERT_EQ(process->take("[" + one("late") + ", " + one("early", ", start: earliest", "erp") + "]", 1), "");
  process->publish("e2", "k");
  EXPECT_TRUE(took(receiver, {"e2"}));
  EXPECT_TRUE(took(other, {"e1", "e2"}));
}

TEST_F(Reloading, StartMattersOnlyOnce) {
  ASSERT_EQ(process->take("[" + one("s") + "]", 1), "");
  process->publish("e1", "k");
  receiver.wait_for(1);
  EXPECT_TRUE(process->finished());
  begin();
  ASSERT_EQ(process->take("[" + one("s", ", start: earliest") + "]", 1), "");
  process->publish("e2", "k");
  EXPECT_TRUE(took(receiver, {"e1", "e2"}));
  EXPECT_EQ(receiver.got().size(), 2u);
}

TEST_F(Reloading, WhatIsPublishedWhileASubscriptionIsAwayIsNotLost) {
  ASSERT_EQ(process->take("[" + one("s") + "]"), "");
  ASSERT_EQ(process->take("[]"), "");
  process->publish("e1", "k");
  ASSERT_EQ(process->take("[" + one("s") + "]"), "");
  EXPECT_TRUE(took(receiver, {"e1"}));
}

TEST_F(Reloading, ARunningSubscriptionTakesNewSettings) {
  receiver.answer([](const Got&, int) { return Receiver::status(503); });
  ASSERT_EQ(process->take("[" + one("s") + "]"), "");
  process->publish("e1", "k");
  receiver.wait_for(1);
  ASSERT_EQ(process->take("[" + one("s", "", "erp") + "]"), "");
  EXPECT_TRUE(took(other, {"e1"}));
  EXPECT_EQ(process->view().target, "POST erp /");
  EXPECT_TRUE(process->finished());
}

TEST_F(Reloading, ARenamedOneTakesItsCursorAndItsDeadLettersAlong) {
  receiver.answer([](const Got& got, int) { return Receiver::status(got.event_id() == "e1" ? 422 : 200); });
  ASSERT_EQ(process->take("[" + one("old") + "]"), "");
  process->publish("e1", "a");
  process->publish("e2", "a");
  process->publish("e3", "b");
  EXPECT_TRUE(took(receiver, {"e3"}));
  EXPECT_TRUE(eventually([&] { return process->view("old").held == 1 && process->dead().size() == 1; }));
  receiver.answer([](const Got&, int) { return Receiver::status(200); });
  ASSERT_EQ(process->take("[" + one("s", ", was: old") + "]"), "");
  process->publish("e4", "a");
  EXPECT_TRUE(eventually([&] { return process->view().held == 2; }));
  ASSERT_EQ(process->dead().size(), 1u);
  EXPECT_EQ(process->dead()[0].id.substr(0, 2), "s:");
  EXPECT_TRUE(process->subscriptions.replay(process->dead()[0].id, {}).ok());
  EXPECT_TRUE(took(receiver, {"e3", "e1", "e2", "e4"}));
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(receiver.got().back().header("Idempotency-Key"), "e4/s");
}

TEST_F(Reloading, FromParkToSkipWhatWaitsGoesOn) {
  receiver.answer([](const Got& got, int) { return Receiver::status(got.event_id() == "e1" ? 422 : 200); });
  ASSERT_EQ(process->take("[" + one("s") + "]"), "");
  for (const char* id : {"e1", "e2", "e3"}) process->publish(id, "a");
  EXPECT_TRUE(eventually([&] { return process->view().held == 2; }));
  ASSERT_EQ(process->take("[" + one("s", ", on_dead_letter: skip") + "]"), "");
  EXPECT_TRUE(took(receiver, {"e2", "e3"}));
  EXPECT_TRUE(process->finished(1));
}

TEST_F(Reloading, WithoutOrderEventsOfOneKeyGoSideBySide) {
  receiver.answer([](const Got& got, int before) {
    return got.event_id() == "e1" && before == 0 ? std::string("hang") : Receiver::status(200);
  });
  ASSERT_EQ(
      process->take(
          "[{name: s, topic: t, order: none, deliver: {http: {cluster: wms, timeout: 1s}}, retry: {delay: 1ms}}]"),
      "");
  for (const char* id : {"e1", "e2", "e3"}) process->publish(id, "a");
  EXPECT_TRUE(eventually([&] { return receiver.taken().size() == 3; }));
  EXPECT_EQ(receiver.taken().back(), "e1");
  EXPECT_TRUE(process->finished());
}

TEST_F(Reloading, ADrainEndsWhatIsInFlightAndWritesItDown) {
  receiver.answer([this](const Got&, int) {
    process->subscriptions.drain();
    return Receiver::status(200);
  });
  ASSERT_EQ(process->take("[" + one("s", ", concurrency: 1") + "]", 1), "");
  EXPECT_FALSE(process->subscriptions.idle());
  for (const char* id : {"e1", "e2", "e3"}) process->publish(id, "a");
  EXPECT_TRUE(eventually([&] { return process->subscriptions.idle(); }));
  EXPECT_EQ(receiver.taken(), (Ids{"e1"}));
  begin();
  receiver.answer([](const Got&, int) { return Receiver::status(200); });
  ASSERT_EQ(process->take("[" + one("s") + "]", 1), "");
  EXPECT_TRUE(took(receiver, {"e1", "e2", "e3"}));
  EXPECT_EQ(receiver.got().size(), 3u);
}

TEST_F(Reloading, UnknownNamesAreToldApart) {
  ASSERT_EQ(process->take("[" + one("s") + "]"), "");
  const auto code = [](auto result) { return number(result.error().code()); };
  EXPECT_EQ(code(process->subscriptions.pause("x")), 40491u);
  EXPECT_EQ(code(process->subscriptions.dead_letter("x")), 40491u);
  EXPECT_EQ(code(process->subscriptions.dead_letter("x:0:1")), 40491u);
  EXPECT_EQ(code(process->subscriptions.dead_letter("s:0:1")), 40491u);
  EXPECT_EQ(code(process->subscriptions.discard("s:0:1", "r")), 40491u);
  EXPECT_EQ(code(process->subscriptions.dead_letters({.subscription = "x", .key = {}, .cursor = {}})), 40491u);
  EXPECT_EQ(code(process->subscriptions.dead_letters({.subscription = {}, .key = {}, .cursor = "?"})), 40092u);
}

TEST_F(Reloading, DeadLettersComeInPages) {
  receiver.answer([](const Got&, int) { return Receiver::status(422); });
  other.answer([](const Got&, int) { return Receiver::status(422); });
  ASSERT_EQ(process->take("[" + one("a") + ", " + one("b", "", "erp") + "]", 2), "");
  for (int i = 0; i < 7; ++i) process->publish("e" + std::to_string(i), "k" + std::to_string(i));
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 14; }));
  DeadLetterFilter filter;
  filter.limit = 4;
  std::vector<std::string> all;
  std::string sizes;
  do {
    const Result<DeadLetterPage> page = process->subscriptions.dead_letters(filter);
    ASSERT_TRUE(page.ok());
    for (const DeadLetterView& each : page->items) all.push_back(each.subscription + " " + each.event_id);
    sizes += std::to_string(page->items.size()) + " ";
    filter.cursor = page->next;
  } while (!filter.cursor.empty());
  EXPECT_EQ(sizes, "4 4 4 2 ");
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 14u);
  filter.key = "k3";
  EXPECT_EQ(process->subscriptions.dead_letters(filter)->items.size(), 2u);
  EXPECT_EQ(*process->subscriptions.replay_all(filter, true), 2);
}

TEST_F(Reloading, ARefusedReloadLeavesWhatRunsRunning) {
  std::atomic<bool> asked{false};
  std::atomic<bool> let_go{false};
  receiver.answer([&](const Got& got, int) {
    asked = true;
    if (got.event_id() == "e1") EXPECT_TRUE(eventually([&] { return let_go.load(); }));
    return Receiver::status(200);
  });
  ASSERT_EQ(process->take("[" + one("old") + "]", 1), "");
  process->publish("e1", "k");
  EXPECT_TRUE(eventually([&] { return asked.load(); }));
  const auto renamed = process->table("[{name: t, shards: 1}]", "[" + one("s", ", was: old") + "]");
  EXPECT_EQ(problem_of(process->subscriptions.take(renamed, nullptr, 20ms)),
            "a subscription that is renamed or changed still has attempts in flight");
  process->publish("e2", "k");
  process->publish("e3", "other");
  EXPECT_TRUE(took(receiver, {"e3"}));
  let_go = true;
  EXPECT_TRUE(took(receiver, {"e3", "e1", "e2"}));
  EXPECT_TRUE(eventually([&] { return process->view("old").backlog == 0; }));
  EXPECT_EQ(receiver.got().size(), 3u);  // nobody else delivers the same
  ASSERT_EQ(problem_of(process->subscriptions.take(renamed)), "");
  process->publish("e4", "k");
  EXPECT_TRUE(took(receiver, {"e3", "e1", "e2", "e4"}));
  EXPECT_EQ(receiver.got().back().header("Idempotency-Key"), "e4/s");
}

TEST_F(Reloading, ARefusedReloadWritesNoTopicsEither) {
  ASSERT_EQ(process->take("[" + one("old") + ", " + one("s", "", "erp") + "]", 1), "");
  ASSERT_EQ(process->take("[" + one("s", "", "erp") + "]", 1), "");
  const auto refused =
      process->table("[{name: t, shards: 1}, {name: new, shards: 2}]", "[" + one("s", ", was: old", "erp") + "]");
  const auto topics = process->topics;
  EXPECT_EQ(problem_of(process->subscriptions.take(refused, topics)),
            "s.yaml:1:81: [0].was: the group \"old\" cannot become \"s\", which topic \"t\" already has");
  struct Ask final : store::Query {
    std::size_t shards = 0;
    Result<> run(store::Session& session) override {
      shards = tables::find_topic(session, "new").has_value();
      return {};
    }
  } ask;
  EXPECT_TRUE(process->store.query_blocking(ask).ok());
  EXPECT_EQ(ask.shards, 0u);
  process->publish("e1", "k");
  EXPECT_TRUE(took(other, {"e1"}));
  ASSERT_EQ(
      problem_of(process->subscriptions.take(
          process->table("[{name: t, shards: 1}, {name: new, shards: 2}]", "[" + one("s", "", "erp") + "]"), topics)),
      "");
  EXPECT_TRUE(process->store.query_blocking(ask).ok());
  EXPECT_EQ(ask.shards, 1u);
}

TEST_F(Reloading, ASubscriptionThatChangesItsTopicSaysWhatItLeavesBehind) {
  receiver.answer([](const Got&, int) { return Receiver::status(422); });
  ASSERT_EQ(process->take("[" + one("s") + "]", 1), "");
  process->publish("e1", "k");
  EXPECT_TRUE(eventually([&] { return process->dead().size() == 1; }));
  const auto moved = process->table("[{name: t, shards: 1}, {name: new, shards: 1}]",
                                    "[{name: s, topic: new, deliver: {http: {cluster: wms}}}]");
  ASSERT_EQ(problem_of(process->subscriptions.take(moved, process->topics)), "");
  EXPECT_NE(process->lines().find("WARN subscription left deliveries behind | group=s | topic=t | deliveries=1\n"),
            std::string::npos);
}

TEST_F(Reloading, ACleanStopSendsNothingTwice) {
  std::atomic<int> waiting{0};
  std::atomic<bool> let_go{false};
  receiver.answer([&](const Got& got, int) {
    if (got.event_id() == "e1") {
      ++waiting;
      EXPECT_TRUE(eventually([&] { return let_go.load(); }));
    }
    return Receiver::status(200);
  });
  ASSERT_EQ(process->take("[" + one("s", ", concurrency: 2") + "]", 1), "");
  process->publish({Process::draft("e1", "a"), Process::draft("e2", "a"), Process::draft("e3", "b"),
                    Process::draft("e4", "c"), Process::draft("e5", "d")});
  EXPECT_TRUE(eventually([&] { return waiting == 1 && receiver.taken().size() == 3; }));
  process->subscriptions.drain();
  let_go = true;
  EXPECT_TRUE(eventually([&] { return process->subscriptions.idle(); }));
  begin();
  receiver.answer([](const Got&, int) { return Receiver::status(200); });
  ASSERT_EQ(process->take("[" + one("s") + "]", 1), "");
  EXPECT_TRUE(took(receiver, {"e3", "e4", "e5", "e1", "e2"}));
  EXPECT_TRUE(process->finished());
  EXPECT_EQ(receiver.got().size(), 5u);
}

TEST_F(Reloading, AConnectionThatTheReceiverHasClosedCostsNoAttempt) {
  receiver.answer([](const Got& got, int before) {
    return got.event_id() == "e2" && before == 0 ? std::string() : Receiver::status(200);
  });
  ASSERT_EQ(process->take("[" + one("s", ", concurrency: 1") + "]", 1), "");
  process->publish("e1", "k");
  EXPECT_TRUE(took(receiver, {"e1"}));
  process->publish("e2", "k");
  EXPECT_TRUE(took(receiver, {"e1", "e2"}));
  EXPECT_TRUE(process->finished());
  EXPECT_NE(process->metrics.text().find("causeway_deliveries_total{result=\"retry\",subscription=\"s\"} 0\n"),
            std::string::npos);
}

}  // namespace
}  // namespace causeway::events
