// Single rules of the dispatcher; that they hold together is the model's test.
#include "events/subscription/dispatcher.h"

#include <gtest/gtest.h>

#include "fakes/manual_clock.h"

namespace causeway::events {
namespace {

using namespace std::chrono_literals;

class Dispatching : public ::testing::Test {
 protected:
  void arrive(Position position, const std::string& key, const std::string& body = "body") {
    StoredEvent event;
    event.position = position;
    event.event_id = "e" + std::to_string(position);
    event.key = key;
    event.body = body;
    dispatcher.arrived(0, std::move(event));
  }
  Delivery& next() {
    Delivery* const delivery = dispatcher.next(clock.steady());
    EXPECT_NE(delivery, nullptr);
    return *delivery;
  }
  bool nothing() { return dispatcher.next(clock.steady()) == nullptr; }
  void fail(Delivery& delivery, Duration wait = 1s) {
    dispatcher.failed(delivery, {}, wait, clock.steady(), clock.wall());
  }
  void die(Delivery& delivery) { dispatcher.died(delivery, AttemptRecord{}, "422", clock.wall()); }
  Settlement settle() {
    Settlement settlement = dispatcher.take_settlement();
    dispatcher.settled(settlement);
    return settlement;
  }

  fakes::ManualClock clock;
  Dispatcher dispatcher{Dispatcher::Rules{Order::kByKey, OnDeadLetter::kPark, 1024}, {0}, {}, false};
};

TEST_F(Dispatching, OneOfAKeyAtATime) {
  arrive(1, "a");
  arrive(2, "a");
  arrive(3, "b");
  arrive(4, "");
  arrive(5, "");
  Delivery& first = next();
  EXPECT_EQ(first.place.position, 1);
  EXPECT_EQ(next().place.position, 3);
  EXPECT_EQ(next().place.position, 4);
  EXPECT_EQ(next().place.position, 5);
  EXPECT_TRUE(nothing());
  dispatcher.succeeded(first);
  EXPECT_EQ(next().place.position, 2);
}

TEST_F(Dispatching, ASuccessCostsNoRowAndMovesTheCursor) {
  arrive(1, "a");
  arrive(2, "b");
  Delivery& first = next();
  dispatcher.succeeded(next());
  EXPECT_TRUE(settle().empty());  // the first is still out
  dispatcher.succeeded(first);
  const Settlement settlement = settle();
  EXPECT_TRUE(settlement.rows.empty());
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].low, 2);
}

TEST_F(Dispatching, AFailureAndWhoeverWaitsBehindItGetRowsAndLetTheCursorGoOn) {
  arrive(1, "a");
  arrive(2, "a");
  fail(next());
  arrive(3, "a");
  const Settlement settlement = settle();
  std::string rows;
  for (const RowChange& row : settlement.rows)
    rows += std::to_string(row.place.position) + (row.kind == RowChange::Kind::kAttempt ? " tried, "
                                                  : row.state == RowState::kRetrying    ? " retrying, "
                                                                                        : " held, ");
  EXPECT_EQ(rows, "1 retrying, 1 tried, 2 held, 3 held, ");
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].low, 3);
  EXPECT_TRUE(nothing());
  EXPECT_EQ(dispatcher.next_due(), clock.steady() + 1s);
  clock.advance(1s);
  EXPECT_EQ(next().place.position, 1);
}

TEST_F(Dispatching, ARetryWaitsUntilItsRowIsWritten) {
  arrive(1, "a");
  fail(next(), 10ms);
  const Settlement settlement = dispatcher.take_settlement();
  clock.advance(20ms);
  EXPECT_TRUE(nothing());
  dispatcher.settled(settlement);
  EXPECT_EQ(next().place.position, 1);
}

TEST_F(Dispatching, NothingMoreIsReadOnceTheSystemIsDown) {
  for (Position position = 1; position <= Dispatcher::kMaxRetrying; ++position) {
    ASSERT_GT(dispatcher.room(), 0u) << position;
    arrive(position, "k" + std::to_string(position));
    fail(next());
    settle();
  }
  EXPECT_EQ(dispatcher.room(), 0u);
  clock.advance(1s);
  dispatcher.succeeded(next());
  EXPECT_GT(dispatcher.room(), 0u);
}

TEST_F(Dispatching, TheWindowIsBoundInEventsAndInBytes) {
  for (std::size_t i = 0; i < Dispatcher::kWindow; ++i) arrive(static_cast<Position>(i) + 1, "");
  EXPECT_EQ(dispatcher.room(), 0u);
  for (std::size_t i = 0; i < Dispatcher::kWindow; ++i) dispatcher.succeeded(next());
  EXPECT_EQ(dispatcher.room(), 0u);  // not durable yet
  settle();
  EXPECT_EQ(dispatcher.room(), Dispatcher::kWindow);
  arrive(1000, "", std::string(Dispatcher::kWindowBytes, 'x'));
  EXPECT_EQ(dispatcher.room(), 0u);
  dispatcher.succeeded(next());
  EXPECT_EQ(dispatcher.room_bytes(), Dispatcher::kWindowBytes);
}

TEST_F(Dispatching, TwentyDeadKeysInARowPauseButASuccessBetweenThemDoesNot) {
  Position position = 0;
  const auto dead = [&](const std::string& key) {
    arrive(++position, key);
    die(next());
  };
  for (int i = 0; i < 19; ++i) dead("k" + std::to_string(i));
  arrive(++position, "good");
  dispatcher.succeeded(next());
  for (int i = 19; i < 38; ++i) dead("k" + std::to_string(i));
  EXPECT_FALSE(dispatcher.paused());
  EXPECT_FALSE(settle().pause);
  dead("k38");
  EXPECT_TRUE(dispatcher.paused());
  EXPECT_TRUE(settle().pause);
  EXPECT_EQ(dispatcher.room(), 0u);
  dispatcher.resume();
  EXPECT_EQ(dispatcher.counts().dead, 39);
  EXPECT_EQ(dispatcher.room(), Dispatcher::kWindow);
}

TEST_F(Dispatching, WhatHasARowIsNotReadASecondTime) {
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 16}, {1}, {{{0, 2}, "a", RowState::kDiscarded}}, false);
  StoredEvent event;
  event.position = 2;
  event.key = "a";
  again.arrived(0, std::move(event));
  EXPECT_EQ(again.next(clock.steady()), nullptr);
  const Settlement settlement = again.take_settlement();
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].low, 2);
}

TEST_F(Dispatching, FewRowsAreOutAtATime) {
  std::vector<FoundRow> rows;
  for (Position position = 1; position <= 200; ++position)
    rows.push_back({{0, position}, "k" + std::to_string(position), RowState::kRetrying});
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 1024}, {200}, rows, false);
  while (const auto request = again.next_load()) {
    LoadedRow row;
    row.place = {0, std::stoll(request->key.substr(1))};
    row.state = RowState::kRetrying;
    again.loaded(*request, {row}, clock.steady(), clock.wall());
  }
  std::size_t out = 0;
  while (Delivery* const delivery = again.next(clock.steady())) {
    again.succeeded(*delivery);
    ++out;
  }
  EXPECT_EQ(out, Dispatcher::kRowWindow);  // until what was learnt is durable
}

TEST_F(Dispatching, AnAttemptThatHangsGetsARowOnceTheWindowIsShort) {
  arrive(1, "slow");
  Delivery& slow = next();
  arrive(2, "slow");
  EXPECT_FALSE(dispatcher.write_slow(clock.steady()));
  for (Position position = 3; dispatcher.room() > 0; ++position) {
    arrive(position, "");
    dispatcher.succeeded(next());
  }
  settle();
  EXPECT_EQ(dispatcher.room(), 0u);
  EXPECT_FALSE(dispatcher.write_slow(clock.steady() - 1ms));
  EXPECT_TRUE(dispatcher.write_slow(clock.steady()));
  EXPECT_EQ(slow.event.body, "body");
  const Settlement settlement = settle();
  ASSERT_EQ(settlement.rows.size(), 2u);
  EXPECT_EQ(settlement.rows[0].event.body, "body");
  EXPECT_EQ(dispatcher.room(), Dispatcher::kWindow);
  dispatcher.succeeded(slow);
  EXPECT_EQ(settle().rows[0].kind, RowChange::Kind::kFinish);
  EXPECT_EQ(dispatcher.next_load()->key, "slow");
}

}  // namespace
}  // namespace causeway::events
