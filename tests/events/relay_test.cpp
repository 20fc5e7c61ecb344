#include "events/relay_fixture.h"

#include <random>

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_F(RelayTest, PutsWhatIsStoredOnTheBusAndWritesDownWhere) {
  begin();
  append("a", key_in(1, 1));
  append("b", key_in(0, 0));
  append("c", key_in(1, 1, 1));
  run_to_idle();
  EXPECT_EQ(bus_.log("orders", 1), (Texts{"1:1 a", "1:2 c"}));
  EXPECT_EQ(bus_.log("orders", 0), (Texts{"0:1 b"}));
  EXPECT_EQ(place_of("a"), "1/0");
  EXPECT_EQ(place_of("c"), "1/1");
  EXPECT_EQ(place_of("b"), "0/0");
  EXPECT_EQ(metric(R"(causeway_events_published_total{bus="kafka",topic="orders"})"), "3");
  EXPECT_EQ(metric(R"(causeway_outbox_pending{topic="orders"})"), "0");
  EXPECT_EQ(metric(R"(causeway_outbox_oldest_seconds{topic="orders"})"), "0");
}

TEST_F(RelayTest, SendsEventsWithoutAKeyOfAShardToOnePartition) {
  begin();
  for (int i = 0; i < 20; ++i) append("e" + std::to_string(i));
  run_to_idle();
  for (std::uint32_t partition = 0; partition < 2; ++partition)
    for (const std::string& text : bus_.log("orders", partition)) EXPECT_EQ((text[0] - '0') % 2, partition) << text;
  EXPECT_EQ(bus_.taken("orders"), 20u);
}

TEST_F(RelayTest, GoesOnWhereAnEarlierProcessWas) {
  begin();
  append_many(0, 300);
  run_to_idle();
  end();
  append_many(300, 300);
  begin();
  run_to_idle();
  expect_in_order("orders", 2, 600, false);
}

TEST_F(RelayTest, SendsAgainOnlyWhatWasNotWrittenDown) {
  begin();
  run_to_idle();
  // In one shard, by turns in the two partitions, of which one stands still: its events have no end.
  bus_.make_topic("orders", 3);
  end();
  begin();
  run_to_idle();
  bus_.hold(0);
  append_many(0, 200);
  run_until([&] { return bus_.in_flight() > 0 && metric(R"(causeway_outbox_pending{topic="orders"})") != "0"; });
  run_to_rest();
  const std::size_t held = bus_.in_flight();
  const std::size_t sends = bus_.sends();
  EXPECT_EQ(sends, 200u);
  EXPECT_GT(held, 0u);
  EXPECT_LT(held, 200u);
  end();
  bus_.release(0);
  begin();
  run_to_idle();
  EXPECT_EQ(bus_.sends(), sends + held);
  expect_in_order("orders", 3, 200, false);
}

TEST_F(RelayTest, AFailureSendsAgainFromTheLowestThatIsNotAcknowledged) {
  begin();
  run_to_idle();
  bus_.set_answering(false);
  append_many(0, 100);
  run_until([&] { return bus_.in_flight() == 100; });
  bus_.take(0, 10);
  bus_.take(1, 20);
  bus_.fail(7);
  bus_.set_answering(true);
  run_to_idle();
  EXPECT_EQ(bus_.rebuilds(), 1u);
  EXPECT_EQ(bus_.sends(), 170u);  // 30 were known to be there
  expect_in_order("orders", 2, 100, true);
  EXPECT_EQ(lines("bus failed"),
            (Texts{"bus failed, what it has not acknowledged is sent again | error=broker is gone"}));
}

TEST_F(RelayTest, FailuresAreTriedAgainAtGrowingIntervals) {
  begin();
  run_to_idle();
  bus_.set_answering(false);
  append("a");
  std::vector<milliseconds> gaps;
  SteadyTime last = log_.clock.steady();
  for (std::size_t round = 1; round <= 8; ++round) {
    run_until([&] { return bus_.in_flight() == 1; });
    last = log_.clock.steady();
    bus_.fail();
    run_until([&] { return bus_.rebuilds() == round; });
    gaps.push_back(std::chrono::duration_cast<milliseconds>(log_.clock.steady() - last));
  }
  EXPECT_EQ(gaps, (std::vector<milliseconds>{milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(800),
                                             milliseconds(1600), milliseconds(3200), seconds(5), seconds(5)}));
  bus_.set_answering(true);
  run_to_idle();
  EXPECT_EQ(bus_.log("orders", 0).size() + bus_.log("orders", 1).size(), 1u);
}

TEST_F(RelayTest, AFullBusIsWaitedFor) {
  begin();
  run_to_idle();
  bus_.set_answering(false);
  bus_.set_capacity(7);
  append_many(0, 100);
  run_to_rest();
  EXPECT_EQ(bus_.in_flight(), 7u);
  bus_.set_answering(true);
  run_to_idle();
  expect_in_order("orders", 2, 100, false);
}

TEST_F(RelayTest, WhatTheBusRefusesIsPassedOverAndKept) {
  begin();
  bus_.refuse("b");
  bus_.refuse_at_once("c");
  const std::string key = key_in(2, 0);
  for (const char* id : {"a", "b", "c", "d"}) append(id, key);
  run_to_idle();
  EXPECT_EQ(bus_.log("orders", 0), (Texts{"2:1 a", "2:4 d"}));
  EXPECT_EQ(place_of("b"), "refused: too large");
  EXPECT_EQ(place_of("c"), "refused: the bus takes no such record");
  EXPECT_EQ(place_of("d"), "0/1");
  EXPECT_EQ(metric(R"(causeway_outbox_refused_total{topic="orders"})"), "2");
  EXPECT_EQ(metric(R"(causeway_events_published_total{bus="kafka",topic="orders"})"), "2");
  Texts told = lines("event refused by the bus");
  std::ranges::sort(told);
  EXPECT_EQ(
      told,
      (Texts{"event refused by the bus | topic=orders | eventId=b | shard=2 | position=2 | reason=too large",
             "event refused by the bus | topic=orders | eventId=c | shard=2 | position=3 | reason=the bus takes no "
             "such record"}));
  end();
  begin();
  run_to_idle();
  EXPECT_EQ(bus_.sends(), 3u);
}

TEST_F(RelayTest, ATopicThatTheBusDoesNotKnowHoldsNoneUp) {
  begin({on_bus("orders"), on_bus("stock")});
  append("s", "", "{}", "stock");
  append("o");
  run_until([&] { return bus_.taken("orders") == 1 && bus_.resolves() > 12; });
  EXPECT_EQ(lines("topic cannot be found").size(), 1u);
  EXPECT_EQ(lines("topic cannot be found").front(),
            "topic cannot be found on the bus, its events wait | topic=stock | error=unknown topic");
  EXPECT_EQ(metric(R"(causeway_outbox_pending{topic="stock"})"), "1");
  bus_.make_topic("stock", 1);
  run_until([&] { return bus_.taken("stock") == 1; });
  EXPECT_EQ(lines("topic is on the bus again"), (Texts{"topic is on the bus again | topic=stock"}));
}

TEST_F(RelayTest, ATopicThatIsTakenAwayHoldsNoneUp) {
  bus_.make_topic("stock", 1);
  begin({on_bus("orders"), on_bus("stock")});
  run_to_idle();
  bus_.set_answering(false);
  append("s", "", "{}", "stock");
  run_until([&] { return bus_.in_flight() == 1; });
  bus_.remove_topic("stock");
  bus_.fail();
  bus_.set_answering(true);
  append("o");
  run_until([&] { return bus_.taken("orders") == 1 && !lines("topic cannot be found").empty(); });
  EXPECT_EQ(bus_.taken("stock"), 0u);
  bus_.make_topic("stock", 1);
  run_until([&] { return bus_.taken("stock") == 1; });
}

TEST_F(RelayTest, AskedAboutAtFirstAndEveryMinute) {
  begin();
  run_to_idle();
  EXPECT_EQ(bus_.resolves(), 1u);
  log_.clock.advance(seconds(59));
  loop_->round();
  EXPECT_EQ(bus_.resolves(), 1u);
  log_.clock.advance(seconds(1));
  loop_->round();
  EXPECT_EQ(bus_.resolves(), 2u);
}

TEST_F(RelayTest, MorePartitionsAreUsedOnceTheOldOnesAreDrained) {
  begin();
  run_to_idle();
  bus_.set_answering(false);
  append_many(0, 50);
  run_until([&] { return bus_.in_flight() == 50; });
  bus_.make_topic("orders", 5, 1'000'000);
  log_.clock.advance(minutes(1));
  loop_->round();
  append_many(50, 50);
  run_to_rest();
  EXPECT_EQ(bus_.in_flight(), 50u);
  bus_.set_answering(true);
  run_to_idle();
  EXPECT_EQ(bus_.taken("orders"), 100u);
  std::size_t new_ones = 0;
  for (std::uint32_t partition = 2; partition < 5; ++partition)
    for (const std::string& text : bus_.log("orders", partition)) {
      ++new_ones;
      EXPECT_GE(std::stoi(text.substr(text.find('e') + 1)), 50) << text;
    }
  EXPECT_GT(new_ones, 0u);
  expect_in_order("orders", 5, 100, false);
  EXPECT_EQ(topic()->limits->record_bytes.load(), 1'000'000u);
  EXPECT_EQ(lines("topic on the bus"), (Texts{"topic on the bus | topic=orders | partitions=2",
                                              "topic on the bus | topic=orders | partitions=5"}));
}

TEST_F(RelayTest, TheSizeIsKnownAfterAnotherStartWithoutABroker) {
  bus_.make_topic("orders", 2, 4321);
  begin();
  run_to_idle();
  end();
  bus_.remove_topic("orders");
  begin();
  EXPECT_EQ(topic()->limits->record_bytes.load(), 4321u);
}

TEST_F(RelayTest, WhileTheBusIsAwayNoMoreIsReadThanItsWindow) {
  begin();
  run_to_idle();
  bus_.set_answering(false);
  const std::string body(2000, ' ');
  append_many(0, 30'000, "orders", body);
  run_to_rest();
  const std::size_t sent = bus_.sends();
  EXPECT_LE(sent, kRelayWindow.events);
  EXPECT_LE(bus_.in_flight_bytes(), kRelayWindow.bytes);
  EXPECT_GE(sent, 1000u);
  log_.clock.advance(std::chrono::hours(1));
  append_many(30'000, 500);
  run_to_rest();
  EXPECT_EQ(bus_.sends(), sent);
  EXPECT_EQ(metric(R"(causeway_outbox_pending{topic="orders"})"), "30500");
  const double age = std::stod(metric(R"(causeway_outbox_oldest_seconds{topic="orders"})"));
  EXPECT_GE(age, 3600);
  EXPECT_LE(age, 4000);
  bus_.set_answering(true);
  run_to_idle();
  expect_in_order("orders", 2, 30'500, false);
  EXPECT_EQ(metric(R"(causeway_outbox_pending{topic="orders"})"), "0");
  EXPECT_EQ(metric(R"(causeway_outbox_oldest_seconds{topic="orders"})"), "0");
}

TEST_F(RelayTest, ATopicThatStandsStillLeavesRoomForOthers) {
  bus_.make_topic("stock", 8);
  begin({on_bus("stock", 2), on_bus("orders", 2)});
  run_to_idle();
  for (std::uint32_t partition = 0; partition < 8; ++partition) bus_.hold(partition);
  append_many(0, 12'000, "stock");
  run_to_rest();
  const std::size_t stuck = bus_.in_flight();
  EXPECT_LE(stuck, kRelayWindow.events / 2 + ReadOutbox::kSlice.events);
  bus_.make_topic("orders", 20);
  append_many(0, 3'000);
  run_to_rest();
  EXPECT_GT(bus_.in_flight(), stuck + 1000);
  for (std::uint32_t partition = 0; partition < 8; ++partition) bus_.release(partition);
  run_to_idle();
  EXPECT_EQ(bus_.taken("stock"), 12'000u);
  EXPECT_EQ(bus_.taken("orders"), 3'000u);
}

TEST_F(RelayTest, ATopicThatLeavesTheConfigurationIsDrained) {
  bus_.make_topic("stock", 1);
  begin({on_bus("orders"), on_bus("stock")});
  run_to_idle();
  bus_.set_answering(false);
  append_many(0, 20, "stock");
  run_until([&] { return bus_.in_flight() == 20; });
  take({on_bus("orders")});
  bus_.set_answering(true);
  run_to_idle();
  EXPECT_EQ(bus_.taken("stock"), 20u);
  run_until([&] { return metric(R"(causeway_outbox_pending{topic="stock"})").empty(); });
}

TEST_F(RelayTest, SaysWhatWaitsForATopicThatNobodyConfigures) {
  begin({on_bus("orders"), on_bus("stock")});
  append("s", "", "{}", "stock");
  end();
  begin();
  run_to_idle();
  EXPECT_EQ(lines("events wait for the bus"),
            (Texts{"events wait for the bus, and no configuration has their topic | topic=stock | events=1"}));
}

TEST_F(RelayTest, ManySettlementsGoDownInOneCommit) {
  begin();
  run_to_idle();
  append_many(0, 400);
  const std::string before = metric("causeway_store_commands_total");
  run_to_idle();
  EXPECT_LE(std::stoi(metric("causeway_store_commands_total")) - std::stoi(before), 2);
}

// kill -9 at any point, failures and refusals in between: what was stored is on the bus or refused, in its order.
TEST_F(RelayTest, LosesNothingWhateverHappens) {
  std::mt19937 random(11);
  std::size_t appended = 0;
  begin();
  for (int step = 0; step < 400; ++step) {
    switch (random() % 9) {
      case 0:
        bus_.fail(random() % 5);
        break;
      case 1:
        end();
        begin();
        break;
      case 2:
        bus_.set_answering(random() % 2 == 0);
        break;
      case 3:
        bus_.take(static_cast<std::uint32_t>(random() % 2), random() % 8);
        break;
      case 4:
        log_.clock.advance(milliseconds(random() % 300));
        break;
      case 5: {
        const std::size_t count = random() % 30;
        append_many(appended, count);
        appended += count;
        break;
      }
      default:
        loop_->round();
    }
  }
  bus_.set_answering(true);
  run_to_idle();
  expect_in_order("orders", 2, appended, true);
  for (std::size_t i = 0; i < appended; ++i) {
    const std::string place = place_of("e" + std::to_string(i));
    EXPECT_NE(place.find('/'), place.npos) << i << ' ' << place;
  }
}

}  // namespace
}  // namespace causeway::events
