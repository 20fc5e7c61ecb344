// Groups that read through the bus port: where they begin, what they pass, what they know again.
#include "subscription_bus_fixture.h"

namespace causeway::events {
namespace {

TEST_F(OnBus, DeliversEachPartitionInItsOrderAndTellsTheBusHowFarItIs) {
  for (int i = 0; i < 40; ++i) bus.produce(i % 2, "e" + std::to_string(i), "k" + std::to_string(i % 2));
  ASSERT_EQ(take(one()), "");
  ASSERT_TRUE(passed_all());
  std::map<int, int> last{{0, -1}, {1, -1}};
  for (const std::string& id : receiver.taken()) {
    const int number = std::stoi(id.substr(1));
    EXPECT_LT(last[number % 2], number);
    last[number % 2] = number;
  }
  EXPECT_EQ(receiver.got().size(), 40u);
  EXPECT_EQ(rows(kCursorRows, 5), "s 0 20 0 kafka t, s 1 20 0 kafka t");
  EXPECT_EQ(receiver.got().back().header("X-Causeway-Sequence"), "20");
}

TEST_F(OnBus, ANewGroupBeginsWhereTheBusSays) {
  bus.produce(0, "old", "k");
  ASSERT_EQ(take("{name: s, topic: t, deliver: {http: {cluster: wms}}}"), "");
  ASSERT_TRUE(eventually([&] { return rows(kCursorRows, 5) == "s 0 1 1 kafka t, s 1 0 0 kafka t"; }));
  bus.produce(0, "new", "k");
  EXPECT_TRUE(took({"new"}));
  EXPECT_EQ(rows(kStartRows, 4), "");
  EXPECT_EQ(state(0, 1), "nothing");
}

TEST_F(OnBus, AGroupThatBeginsWhileTheBusIsAwayGetsEverythingSinceItsConfigurationWasTaken) {
  bus.produce(0, "old", "k");
  bus.go_away();
  ASSERT_EQ(take("{name: s, topic: t, deliver: {http: {cluster: wms}}}"), "");
  ASSERT_TRUE(eventually([&] { return bus.asked().size() >= 1; }));
  EXPECT_EQ(rows(kStartRows, 4), "s latest kafka t ");
  EXPECT_EQ(state(0, 5), "pending");
  EXPECT_TRUE(process->subscriptions.pause("s").ok());
  EXPECT_EQ(process->view().state, "paused");
  EXPECT_EQ(rows(kStartRows, 4), "s latest kafka t operator");
  EXPECT_TRUE(process->subscriptions.resume("s").ok());
  std::this_thread::sleep_for(2ms);  // another millisecond than the one of the start
  bus.produce(0, "new", "k");

  begin();
  ASSERT_EQ(take("{name: s, topic: t, deliver: {http: {cluster: wms}}}"), "");
  ASSERT_TRUE(eventually([&] { return bus.asked().size() >= 3; }));
  const auto asked = bus.asked();
  EXPECT_EQ(asked.front(), asked.back());
  bus.come_back();
  EXPECT_TRUE(took({"new"}));
  const std::string lines = process->lines();
  const std::size_t said = lines.find("subscription waits for the bus");
  EXPECT_NE(said, std::string::npos) << lines;
  EXPECT_EQ(lines.find("subscription waits for the bus", said + 1), std::string::npos) << lines;
  EXPECT_NE(lines.find("subscription begins"), std::string::npos) << lines;
}

TEST_F(OnBus, APauseWhileItWaitsForTheBusHolds) {
  bus.go_away();
  bus.produce(0, "e1", "k");
  ASSERT_EQ(take(one()), "");
  ASSERT_TRUE(eventually([&] { return bus.asked().size() >= 1; }));
  ASSERT_TRUE(process->subscriptions.pause("s").ok());
  bus.come_back();
  ASSERT_TRUE(eventually([&] { return rows(kCursorRows, 5) == "s 0 0 0 kafka t, s 1 0 0 kafka t"; }));
  EXPECT_EQ(process->view().paused_by, "operator");
  EXPECT_TRUE(eventually([&] { return process->view().backlog == 1; }));
  EXPECT_EQ(bus.handed_out(), 0u);
  ASSERT_TRUE(process->subscriptions.resume("s").ok());
  EXPECT_TRUE(took({"e1"}));
}

TEST_F(OnBus, WhatARelaySendsTwiceIsDeliveredOnce) {
  ASSERT_EQ(take(one()), "");
  for (const Position position : {1, 2, 3}) relay(0, "e" + std::to_string(position), "k", position);
  ASSERT_TRUE(passed_all());
  EXPECT_EQ(rows(kSeenRows, 5), "s 0 own 3 3");
  for (const Position position : {2, 3, 4}) relay(0, "e" + std::to_string(position), "k", position);
  ASSERT_TRUE(passed_all());
  begin();
  ASSERT_EQ(take(one()), "");
  for (const Position position : {3, 4, 5}) relay(0, "e" + std::to_string(position), "k", position);
  ASSERT_TRUE(passed_all());
  EXPECT_EQ(receiver.taken(), (Ids{"e1", "e2", "e3", "e4", "e5"}));
  EXPECT_EQ(receiver.got().size(), 5u);
  EXPECT_EQ(rows(kSeenRows, 5), "s 0 own 3 5");
  EXPECT_EQ(rows(kCursorRows, 5), "s 0 9 0 kafka t, s 1 0 0 kafka t");
  EXPECT_EQ(metric("causeway_events_doubled_total"), 2);
}

TEST_F(OnBus, ATopicThatWasMadeAnewPausesTheGroup) {
  ASSERT_EQ(take(one()), "");
  const Origin first{process->store.store_id(), 3, 1};
  const Origin second{process->store.store_id(), 3, 2};
  const Origin third{process->store.store_id(), 3, 3};
  bus.produce(0, "e1", "k", first);
  bus.produce(0, "e2", "k", second);
  ASSERT_TRUE(took({"e1", "e2"}) && passed_all());
  bus.make_anew();
  bus.produce(0, "new1", "k", third);
  EXPECT_EQ(state(0, 1, "", first), "delivered");
  EXPECT_EQ(state(0, 2, "", second), "delivered");
  EXPECT_EQ(state(0, 1, "", third), "lost");  // where the group has been
  EXPECT_TRUE(eventually([&] { return process->view().paused_by == "bus"; }));
  begin();
  ASSERT_EQ(take(one()), "");
  EXPECT_EQ(process->view().paused_by, "bus");
  ASSERT_TRUE(process->subscriptions.resume("s").ok());  // nobody has seen to it
  EXPECT_TRUE(eventually([&] { return process->view().paused_by == "bus"; }));
  EXPECT_EQ(receiver.taken(), (Ids{"e1", "e2"}));
  ASSERT_EQ(take(one(", group: s2")), "");
  EXPECT_TRUE(took({"e1", "e2", "new1"}));
}

/// A copier reads the partitions of a topic one after the other and writes the records, headers and all, elsewhere.
TEST_F(OnBus, RecordsWithCopiedHeadersAreNoDoubles) {
  ASSERT_EQ(take(one()), "");
  for (const Position position : {1, 4, 7, 2, 5, 8, 3, 6, 9})
    bus.produce(0, "c" + std::to_string(position), "k", Origin{process->store.store_id(), 3, position});
  for (const Position position : {5, 4})
    bus.produce(0, "x" + std::to_string(position), "k", Origin{"other", 0, position});
  bus.produce(0, "x5", "k", Origin{"other", 0, 5});
  ASSERT_TRUE(passed_all());
  EXPECT_EQ(receiver.taken(), (Ids{"c1", "c4", "c7", "c2", "c5", "c8", "c3", "c6", "c9", "x5", "x4"}));
  EXPECT_EQ(metric("causeway_events_doubled_total"), 1);
}

TEST_F(OnBus, WhatTheBusHasLostIsSaidAndPassed) {
  ASSERT_EQ(take(one()), "");
  bus.produce(0, "e1", "k");
  ASSERT_TRUE(took({"e1"}) && passed_all());
  ASSERT_TRUE(process->subscriptions.pause("s").ok());
  for (const char* id : {"e2", "e3", "e4"}) bus.produce(0, id, "k");
  bus.trim(0, 3);
  bus.produce(1, "f1", "j");
  bus.trim(1, 1);
  ASSERT_TRUE(process->subscriptions.resume("s").ok());
  ASSERT_TRUE(took({"e1", "e4"}) && passed_all());
  EXPECT_EQ(rows(kLostRows, 5), "s 0 2 3 retention, s 1 1 1 retention");
  EXPECT_EQ(rows(kCursorRows, 5), "s 0 4 0 kafka t, s 1 1 0 kafka t");
  EXPECT_EQ(process->view().lost, 3);
  EXPECT_EQ(state(0, 1), "delivered");
  EXPECT_EQ(state(0, 2), "lost");
  EXPECT_EQ(state(0, 3), "lost");
  EXPECT_EQ(state(0, 4), "delivered");
  EXPECT_EQ(state(1, 1), "lost");
  EXPECT_EQ(metric("causeway_events_lost_total"), 3);
  EXPECT_NE(process->lines().find("events lost"), std::string::npos);
  begin();
  ASSERT_EQ(take(one()), "");
  bus.produce(1, "f2", "j");
  ASSERT_TRUE(took({"e1", "e4", "f2"}));
  EXPECT_EQ(process->view().lost, 3);  // not said again
}

TEST_F(OnBus, PartitionsThatAreAddedAreReadFromTheirBeginning) {
  ASSERT_EQ(take(one()), "");
  bus.produce(0, "e1", "k");
  ASSERT_TRUE(took({"e1"}) && passed_all());
  bus.grow(4);
  bus.produce(3, "g1", "j");
  ASSERT_TRUE(took({"e1", "g1"}) && passed_all());
  EXPECT_EQ(rows(kCursorRows, 5), "s 0 1 0 kafka t, s 1 0 0 kafka t, s 2 0 0 kafka t, s 3 1 0 kafka t");
  ASSERT_TRUE(process->subscriptions.pause("s").ok());
  begin();
  bus.grow(5);
  bus.produce(4, "h1", "j");
  bus.produce(3, "g2", "j");
  ASSERT_EQ(take(one()), "");
  EXPECT_EQ(state(4, 1), "pending");
  ASSERT_TRUE(process->subscriptions.resume("s").ok());
  ASSERT_TRUE(passed_all());
  EXPECT_THAT(receiver.taken(), ::testing::UnorderedElementsAre("e1", "g1", "g2", "h1"));
}

TEST_F(OnBus, ABusThatIsAwayIsWaitedForAndTheFiguresStay) {
  ASSERT_EQ(take(one(", concurrency: 1")), "");
  receiver.answer([](const Got&, int) { return Receiver::status(503); });
  bus.produce(0, "e1", "k");
  ASSERT_TRUE(eventually([&] { return process->view().retrying == 1 && process->view().delay_seconds > 0; }));
  bus.go_away();
  bus.produce(0, "e2", "k");
  receiver.answer([](const Got&, int) { return Receiver::status(200); });
  ASSERT_TRUE(took({"e1"}));
  EXPECT_TRUE(eventually([&] { return process->view().retrying == 0; }));
  EXPECT_GE(process->view().backlog, 0);
  bus.come_back();
  EXPECT_TRUE(took({"e1", "e2"}));
  EXPECT_TRUE(eventually([&] { return process->view().backlog == 0 && process->view().delay_seconds == 0; }));
  EXPECT_EQ(receiver.successes(), 2u);
}

TEST_F(OnBus, WhatFailsIsMeasuredAlthoughTheBusIsAway) {
  receiver.answer([](const Got&, int) { return Receiver::status(422); });
  ASSERT_EQ(take(one()), "");
  bus.produce(0, "e1", "k");
  ASSERT_TRUE(passed_all());
  begin();
  bus.go_away();
  ASSERT_EQ(take(one()), "");
  EXPECT_TRUE(
      eventually([&] { return metric("causeway_sync_delay_seconds") > 0 && metric("causeway_dead_letters") == 1; }));
}

TEST_F(OnBus, TheWindowIsBoundAndTheBacklogIsTold) {
  std::atomic<bool> let_go{false};
  receiver.answer([&](const Got&, int) {
    EXPECT_TRUE(eventually([&] { return let_go.load(); }));
    return Receiver::status(200);
  });
  constexpr std::size_t kEvents = 3000;
  for (std::size_t i = 0; i < kEvents; ++i) bus.produce(i % 2, "e" + std::to_string(i), "k" + std::to_string(i));
  ASSERT_EQ(take(one(", concurrency: 4")), "");
  ASSERT_TRUE(eventually([&] { return process->view().backlog == kEvents; }));
  EXPECT_LE(bus.handed_out(), Dispatcher::kBusWindow);
  EXPECT_LE(bus.largest_wish(), Dispatcher::kBusWindow);
  EXPECT_TRUE(eventually([&] {
    return process->view().delay_seconds > 0 && metric("causeway_subscription_backlog") == kEvents &&
           metric("causeway_sync_delay_seconds") > 0;
  }));
  let_go = true;
  ASSERT_TRUE(passed_all());
  EXPECT_EQ(receiver.taken().size(), kEvents);
  EXPECT_EQ(receiver.got().size(), kEvents);
  EXPECT_TRUE(eventually([&] { return metric("causeway_sync_delay_seconds") == 0; }));
}

TEST_F(OnBus, TheStateOfAnEventIsToldByItsPlaceOnTheBus) {
  receiver.answer([](const Got& got, int) { return Receiver::status(got.event_id() == "e2" ? 422 : 200); });
  ASSERT_EQ(take(one(", filter: '.eventId != \"e3\"'")), "");
  EXPECT_EQ(state(0, 0), "pending");  // stored, not on the bus
  EXPECT_EQ(state(0, 0, R"({"eventId":"e3"})"), "filtered");
  for (const char* id : {"e1", "e2", "e3"}) bus.produce(0, id, id);
  ASSERT_TRUE(passed_all() && eventually([&] { return process->dead().size() == 1; }));
  EXPECT_EQ(state(0, 1, R"({"eventId":"e1"})"), "delivered");
  EXPECT_EQ(state(0, 2, R"({"eventId":"e2"})"), "dead");
  EXPECT_EQ(state(0, 3, R"({"eventId":"e3"})"), "filtered");
  EXPECT_EQ(state(0, 3), "delivered");  // its body has left
  EXPECT_EQ(state(0, 4), "pending");
  EXPECT_EQ(process->dead()[0].id, "s:0:2");
  receiver.answer([](const Got&, int) { return Receiver::status(200); });
  EXPECT_TRUE(process->subscriptions.replay("s:0:2", std::nullopt).ok());
  EXPECT_TRUE(eventually([&] { return state(0, 2) == "delivered"; }));
}

}  // namespace
}  // namespace causeway::events
