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

TEST_F(Dispatching, WhatTheFilterLeavesOutMovesTheCursorAndNothingElse) {
  arrive(1, "a");
  dispatcher.left_out(0, 2);
  dispatcher.left_out(0, 3);
  EXPECT_TRUE(settle().empty());
  dispatcher.succeeded(next());
  EXPECT_TRUE(nothing());
  const Settlement settlement = settle();
  EXPECT_TRUE(settlement.rows.empty());
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].low, 3);
}

TEST_F(Dispatching, WhatIsSentIsPartOfTheRowFromTheFirstFailureOn) {
  arrive(1, "a");
  Delivery& delivery = next();
  dispatcher.freeze(delivery, "sent");
  fail(delivery, 10ms);
  const Settlement first = settle();
  EXPECT_TRUE(first.rows[0].event.frozen);
  EXPECT_EQ(first.rows[0].event.body, "body");
  EXPECT_EQ(first.rows[0].event.sent, "sent");
  clock.advance(10ms);
  fail(next());
  for (const RowChange& row : settle().rows) EXPECT_NE(row.kind, RowChange::Kind::kFreeze);
}

TEST_F(Dispatching, WhatIsSentAboutOneThatWasHeldIsWrittenWithItsFirstFailure) {
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 16}, {1}, {{{0, 1}, "a", RowState::kHeld}}, false);
  const auto request = again.next_load();
  LoadedRow row;
  row.place = {0, 1};
  row.event.key = "a";
  again.loaded(*request, {row}, clock.steady(), clock.wall());
  Delivery& delivery = *again.next(clock.steady());
  again.freeze(delivery, "sent");
  again.failed(delivery, {}, 1s, clock.steady(), clock.wall());
  const Settlement settlement = again.take_settlement();
  ASSERT_EQ(settlement.rows.size(), 3u);
  EXPECT_EQ(settlement.rows[0].kind, RowChange::Kind::kFreeze);
  EXPECT_EQ(settlement.rows[0].event.sent, "sent");
  EXPECT_EQ(settlement.rows[1].kind, RowChange::Kind::kUpdate);
}

TEST_F(Dispatching, AnAttemptThatWasNoneFreezesNothing) {
  arrive(1, "a");
  Delivery& delivery = next();
  dispatcher.freeze(delivery, "sent");
  dispatcher.thaw(delivery);
  dispatcher.died(delivery, std::nullopt, "path: it is null", clock.wall());
  const Settlement settlement = settle();
  ASSERT_EQ(settlement.rows.size(), 1u);
  EXPECT_FALSE(settlement.rows[0].event.frozen);
  EXPECT_EQ(settlement.rows[0].event.sent, "");
  EXPECT_EQ(settlement.rows[0].attempts, 0u);
}

/// Loads whatever it asks for: of every key so many rows from position 1 on, keys by thousands.
struct Rows {
  Dispatcher& dispatcher;
  fakes::ManualClock& clock;
  RowState head = RowState::kHeld;
  std::int64_t next_at = 0;
  std::size_t requests = 0;

  void load() {
    while (const auto request = dispatcher.next_load()) {
      ++requests;
      const Position first = std::stoll(request->key.substr(1)) * 1000;
      std::vector<LoadedRow> rows;
      for (Position position = first; position < first + 16; ++position) {
        LoadedRow row;
        row.place = {0, position};
        row.event.key = request->key;
        row.state = position == first ? head : RowState::kHeld;
        row.next_at = position == first ? next_at : 0;
        rows.push_back(row);
      }
      dispatcher.loaded(*request, std::move(rows), clock.steady(), clock.wall());
    }
  }
};

std::vector<FoundRow> found_rows(Position keys, RowState head) {
  std::vector<FoundRow> rows;
  for (Position key = 1; key <= keys; ++key)
    for (Position each = 0; each < 16; ++each)
      rows.push_back({{0, key * 1000 + each}, "k" + std::to_string(key), each == 0 ? head : RowState::kHeld});
  return rows;
}

TEST_F(Dispatching, KeysThatBackOffDoNotKeepTheOthersFromBeingLoaded) {
  constexpr Position kKeys = 1500;  // with 16 rows each: far more than may be loaded
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 1024}, {2'000'000}, found_rows(kKeys, RowState::kHeld), false);
  Rows rows{again, clock};
  std::set<std::string> tried;
  for (std::size_t before = 1; tried.size() != before;) {
    before = tried.size();
    rows.load();
    while (Delivery* const delivery = again.next(clock.steady())) {
      tried.insert(delivery->event.key);
      again.failed(*delivery, {}, 1h, clock.steady(), clock.wall());
    }
  }
  EXPECT_EQ(tried.size(), static_cast<std::size_t>(kKeys));
}

TEST_F(Dispatching, KeysThatAreFoundBackingOffAreLoadedWithTheirHeadsOnly) {
  constexpr Position kKeys = 1500;
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 1024}, {2'000'000}, found_rows(kKeys, RowState::kRetrying),
                   false);
  Rows rows{again, clock, RowState::kRetrying, unix_milliseconds(clock.wall()) + 3'600'000};
  rows.load();
  EXPECT_EQ(rows.requests, static_cast<std::size_t>(kKeys));
}

TEST_F(Dispatching, FollowersComeBackWhenTheirHeadIsDone) {
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 1024}, {2'000'000}, found_rows(1, RowState::kHeld), false);
  Rows rows{again, clock};
  rows.load();
  Delivery* delivery = again.next(clock.steady());
  again.failed(*delivery, {}, 1s, clock.steady(), clock.wall());
  rows.load();
  EXPECT_EQ(rows.requests, 1u);
  clock.advance(1s);
  delivery = again.next(clock.steady());
  ASSERT_NE(delivery, nullptr);
  EXPECT_EQ(delivery->place.position, 1000);
  again.succeeded(*delivery);
  rows.load();
  EXPECT_EQ(rows.requests, 2u);
  ASSERT_NE(delivery = again.next(clock.steady()), nullptr);
  EXPECT_EQ(delivery->place.position, 1001);
}

TEST_F(Dispatching, NoWaitIsLongerThanTheLongestEvenIfTheWallClockWasSetBack) {
  Dispatcher again({Order::kByKey, OnDeadLetter::kPark, 16, 10min}, {2'000'000}, found_rows(1, RowState::kRetrying),
                   false);
  Rows rows{again, clock, RowState::kRetrying, unix_milliseconds(clock.wall()) + 86'400'000};
  rows.load();
  EXPECT_EQ(again.next_due(), clock.steady() + 10min);
}

TEST_F(Dispatching, BeforeTheEndWhatWaitsMakesWayForWhatIsDone) {
  arrive(1, "a");
  arrive(2, "a");
  arrive(3, "b");
  arrive(4, "c");
  Delivery& first = next();
  dispatcher.succeeded(next());
  dispatcher.succeeded(first);
  dispatcher.make_way();
  const Settlement settlement = settle();
  ASSERT_EQ(settlement.rows.size(), 1u);
  EXPECT_EQ(settlement.rows[0].place.position, 2);
  EXPECT_EQ(settlement.rows[0].state, RowState::kHeld);
  EXPECT_FALSE(settlement.rows[0].event.frozen);
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].low, 3);
  EXPECT_EQ(next().place.position, 4);  // should it go on after all
  EXPECT_EQ(dispatcher.next_load()->key, "a");
}

TEST_F(Dispatching, AShardThatIsAddedBeginsAtItsFirstPosition) {
  dispatcher.add_shard();
  EXPECT_EQ(dispatcher.shards(), 2u);
  EXPECT_EQ(dispatcher.last_read(1), 0);
  StoredEvent event;
  event.position = 1;
  event.event_id = "f1";
  dispatcher.arrived(1, std::move(event));
  dispatcher.succeeded(next());
  const Settlement settlement = settle();
  ASSERT_EQ(settlement.cursors.size(), 1u);
  EXPECT_EQ(settlement.cursors[0].shard, 1u);
  EXPECT_EQ(settlement.cursors[0].low, 1);
}

TEST_F(Dispatching, AKeyInTwoShardsIsTwo) {
  dispatcher.add_shard();
  arrive(5, "a");
  Delivery& dead = next();
  die(dead);
  settle();
  StoredEvent event;
  event.position = 2;
  event.event_id = "f2";
  event.key = "a";
  dispatcher.arrived(1, std::move(event));
  EXPECT_EQ(next().place, (Place{1, 2}));
  arrive(6, "a");
  EXPECT_TRUE(nothing());
}

TEST_F(Dispatching, TheOldestWithoutARowIsTold) {
  EXPECT_EQ(dispatcher.oldest_without_row(), 0);
  for (const Position position : {1, 2}) {
    StoredEvent event;
    event.position = position;
    event.event_id = "e" + std::to_string(position);
    event.key = event.event_id;
    event.stored_at = 100 + position;
    dispatcher.arrived(0, std::move(event));
  }
  EXPECT_EQ(dispatcher.oldest_without_row(), 101);
  fail(next());
  EXPECT_EQ(dispatcher.oldest_without_row(), 102);
  dispatcher.succeeded(next());
  EXPECT_EQ(dispatcher.oldest_without_row(), 0);
}

}  // namespace
}  // namespace causeway::events
