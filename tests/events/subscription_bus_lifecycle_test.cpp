// Groups on a bus over reloads, ends and crashes.
#include <random>

#include "subscription_bus_fixture.h"

namespace causeway::events {
namespace {

const store::Sql kCarriers{"SELECT DISTINCT grp, carrier FROM cursor"};

TEST_F(OnBus, AReloadAndAPauseKeepTheReaderAnEndLetsItLeave) {
  ASSERT_EQ(take(one()), "");
  bus.produce(0, "e1", "k");
  ASSERT_TRUE(took({"e1"}));
  ASSERT_EQ(take(one(", concurrency: 3")), "");
  ASSERT_TRUE(process->subscriptions.pause("s").ok());
  bus.produce(0, "e2", "k");
  EXPECT_TRUE(eventually([&] { return process->view().backlog == 1; }));
  EXPECT_EQ(bus.reading(), 1u);
  ASSERT_TRUE(process->subscriptions.resume("s").ok());
  ASSERT_TRUE(took({"e1", "e2"}) && passed_all());
  EXPECT_EQ(bus.made(), 1);
  ASSERT_EQ(take(""), "");
  EXPECT_EQ(bus.reading(), 0u);
  bus.produce(0, "e3", "k");
  ASSERT_EQ(take(one()), "");
  EXPECT_TRUE(took({"e1", "e2", "e3"}));
  EXPECT_EQ(bus.made(), 2);
  process->subscriptions.stop();
  EXPECT_EQ(bus.reading(), 0u);
}

TEST_F(OnBus, ARenamedGroupTakesWhatItHasSeenAlong) {
  ASSERT_EQ(take(one()), "");
  relay(0, "e1", "k", 1);
  ASSERT_TRUE(took({"e1"}) && passed_all());
  ASSERT_EQ(take(one(", was: s", "new")), "");
  EXPECT_TRUE(eventually([&] { return bus.made() == 2 && bus.reading() == 1; }));
  relay(0, "e1", "k", 1);
  relay(0, "e2", "k", 2);
  EXPECT_TRUE(took({"e1", "e2"}) && passed_all());
  EXPECT_EQ(receiver.got().size(), 2u);
  EXPECT_EQ(rows(kCursorRows, 5), "new 0 3 0 kafka t, new 1 0 0 kafka t");
  EXPECT_EQ(rows(kSeenRows, 5), "new 0 own 3 2");
}

TEST_F(OnBus, AGroupThatWaitsForTheBusIsRenamedAndForgottenLikeOthers) {
  bus.go_away();
  ASSERT_EQ(take(one()), "");
  ASSERT_EQ(take(one(", was: s", "new")), "");
  EXPECT_EQ(rows(kStartRows, 4), "new earliest kafka t ");
  ASSERT_EQ(take(""), "");
  EXPECT_EQ(rows(kStartRows, 4), "new earliest kafka t ");  // an orphan
  TakeGroups later({}, nullptr, process->clock.wall() + std::chrono::hours(24 * 8));
  ASSERT_TRUE(process->store.commit_blocking(later).ok());
  EXPECT_EQ(rows(kStartRows, 4), "");
}

TEST_F(OnBus, AnOrphanLosesItsTracesAfterTheRetention) {
  ASSERT_EQ(take(one()), "");
  relay(0, "e1", "k", 1);
  ASSERT_TRUE(took({"e1"}) && passed_all());
  ASSERT_TRUE(process->subscriptions.pause("s").ok());
  bus.produce(1, "f1", "k");
  bus.trim(1, 1);
  ASSERT_TRUE(process->subscriptions.resume("s").ok());
  ASSERT_TRUE(passed_all());
  ASSERT_EQ(take(""), "");
  EXPECT_EQ(rows(kSeenRows, 5) + " | " + rows(kLostRows, 5), "s 0 own 3 1 | s 1 1 1 retention");
  TakeGroups later({}, nullptr, process->clock.wall() + std::chrono::hours(24 * 8));
  ASSERT_TRUE(process->store.commit_blocking(later).ok());
  EXPECT_EQ(rows(kCursorRows, 5) + rows(kSeenRows, 5) + rows(kLostRows, 5), "");
}

TEST_F(OnBus, PositionsOfOneCarrierAreNotThoseOfAnother) {
  ASSERT_EQ(process->take("[" + one() + "]"), "");  // in the log, which has had no event
  EXPECT_EQ(rows(kCarriers, 2), "s log");
  bus.produce(0, "e1", "k");
  ASSERT_EQ(take(one()), "");
  EXPECT_TRUE(took({"e1"}) && passed_all());
  EXPECT_EQ(process->take_with("[{name: t, bus: kafka, kafka: {topic: other}}]", "[" + one() + "]"),
            "s.yaml:1:9: [0].name: the group \"s\" has read topic \"t\" from kafka t: give the subscription another "
            "group to read it from "
            "kafka other");
  bus.produce(0, "e2", "k");
  EXPECT_TRUE(took({"e1", "e2"}));
}

TEST_F(OnBus, WithoutItsBusATopicIsNotTaken) {
  process->subscriptions.use_bus(nullptr);
  EXPECT_EQ(take(one()), "s.yaml:1:19: [0].topic: topic \"t\" is on kafka t, and this process has no such bus");
}

TEST_F(OnBus, ARefusedReloadLosesNothingThatWasRead) {
  std::atomic<bool> let_go{false};
  receiver.answer([&](const Got& got, int) {
    if (got.event_id() == "e0") EXPECT_TRUE(eventually([&] { return let_go.load(); }));
    return Receiver::status(200);
  });
  ASSERT_EQ(take(one("", "old")), "");
  bus.produce(0, "e0", "k");
  receiver.wait_for(0);
  ASSERT_TRUE(eventually([&] { return bus.handed_out() == 1; }));
  const auto renamed = process->table("[{name: t, bus: kafka}]", "[" + one(", was: old") + "]");
  std::atomic<bool> enough{false};
  std::thread producer([&] {
    for (int i = 1; i <= 2000 || !enough; ++i) {
      while (!enough && i > 2000 && bus.handed_out() + 1000 < static_cast<std::size_t>(i)) std::this_thread::yield();
      bus.produce(i % 2, "e" + std::to_string(i), "j" + std::to_string(i));
    }
  });
  for (int round = 0; round < 20; ++round)
    EXPECT_EQ(problem_of(process->subscriptions.take(renamed, nullptr, 1ms)),
              "a subscription that is renamed or changed still has attempts in flight");
  enough = true;
  producer.join();
  let_go = true;
  ASSERT_TRUE(passed_all());
  const auto ends = bus.ends();
  EXPECT_EQ(receiver.taken().size(), static_cast<std::size_t>(ends[0] + ends[1]));
  EXPECT_EQ(receiver.got().size(), receiver.taken().size());
}

/// A relay and a group that are killed again and again: the relay sends its last events once more, the group begins at
/// its cursor.
TEST_F(OnBus, CrashesLoseNothingKeepTheOrderAndRelaysDoubleNothing) {
  constexpr int kRounds = 6;
  constexpr int kEvents = 400;
  constexpr int kKeys = 23;
  std::mt19937 random(11);
  std::mutex mutex;
  receiver.answer([&](const Got&, int) {
    const std::lock_guard lock(mutex);
    return Receiver::status(random() % 100 < 5 ? 503 : 200);
  });
  const auto send = [&](int first, int end) {
    for (int i = first; i < end; ++i) {
      const int key = i % kKeys;
      relay(key % 2, "e" + std::to_string(i), "k" + std::to_string(key), i + 1);
    }
  };
  int sent = 0;
  std::size_t in_flight = 0;
  for (int round = 0; round < kRounds; ++round) {
    begin();
    ASSERT_EQ(take(one()), "");
    const std::size_t before = receiver.got().size();
    const int again = std::min<int>(sent, static_cast<int>(random() % 150));
    send(sent - again, sent + kEvents);
    sent += kEvents;
    receiver.wait_for(before + 40 + random() % 300);
    process->cut.cut();
    process->subscriptions.stop(0s);
    in_flight += Dispatcher::kBusWindow + Dispatcher::kRowWindow;
  }
  begin();
  ASSERT_EQ(take(one()), "");
  send(sent - 100, sent);
  ASSERT_TRUE(passed_all());
  ASSERT_TRUE(eventually([&] { return process->view().retrying == 0 && process->view().held == 0; }));
  const std::vector<std::string> taken = receiver.taken();
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(sent));
  std::map<int, int> last;
  for (const std::string& id : taken) {
    const int number = std::stoi(id.substr(1));
    const auto [before, first] = last.emplace(number % kKeys, -1);
    EXPECT_LT(before->second, number) << id;
    before->second = number;
  }
  EXPECT_LE(receiver.successes(), static_cast<std::size_t>(sent) + in_flight);

  // A clean end settles everything: what the relay repeats now comes to nobody.
  const std::size_t successes = receiver.successes();
  begin();
  ASSERT_EQ(take(one()), "");
  send(sent - 200, sent);
  ASSERT_TRUE(passed_all());
  EXPECT_EQ(receiver.successes(), successes);
  EXPECT_EQ(metric("causeway_events_doubled_total"), 200);
}

}  // namespace
}  // namespace causeway::events
