// Calls that the ledger could not see, or could not write down when it saw them.
#include "versions_ledger_fixture.h"

namespace causeway::app {
namespace {

using telemetry::LabelId;

class UnseenCallsTest : public VersionLedgerTest {
 protected:
  /// As the table counts what finds no row.
  void lose_a_call() { process->shard.add(process->requests, {}); }
  /// Days with a look every six hours, before each of which a call is lost.
  void pass_blindly(Duration time) {
    for (; time > Duration(0); time -= hours(6)) {
      clock.advance(hours(6));
      lose_a_call();
      look();
    }
  }
  /// Milliseconds from the beginning of the test to when v1 began to be unused, and to the last call of each caller.
  std::string times() {
    const Result<std::vector<admin::VersionView>> views = process->ledger.versions(30);
    const admin::VersionView& v1 = views->front();
    std::string text = std::to_string(*v1.unused_since - began);
    for (const admin::VersionConsumer& who : v1.consumers) text += ' ' + std::to_string(who.last_called_at - began);
    return text;
  }

  const std::int64_t began = unix_milliseconds(clock.wall());
};

constexpr std::string_view kFull =
    "WARN version usage is not known in full | reason=causeway_requests_total has more combinations of labels than rows"
    " | meanwhile=no version is retired for lack of calls\n";

TEST_F(UnseenCallsTest, TimeInWhichCallsWereLostIsNotTimeWithoutCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(13));
  pass_blindly(days(30));
  EXPECT_EQ(state(), "sunset");
  EXPECT_EQ(logged(), kFull) << "once";
  pass(days(1) - hours(6));
  EXPECT_EQ(state(), "sunset");
  pass(hours(6));
  EXPECT_EQ(state(), "retired");
}

TEST_F(UnseenCallsTest, CallsLostBeforeAReloadCountFromTheLookBeforeIt) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(13));
  clock.advance(days(2));
  lose_a_call();
  take(kOrders);
  look();
  EXPECT_EQ(state(), "sunset");
}

TEST_F(UnseenCallsTest, AShorterTimeIsNotOverAtALookThatMissedCalls) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  pass(days(10));
  std::string shorter(kOrders);
  shorter.replace(shorter.find("retire: when_unused"), 19, "retire: when_unused, unused_for: 5d");
  take(shorter);
  lose_a_call();
  look();
  EXPECT_EQ(state(), "sunset");
  look();
  EXPECT_EQ(state(), "retired");
}

TEST_F(UnseenCallsTest, ATableThatIsFullLosesCalls) {
  begin();
  take(kOrders);
  look();
  logged();
  for (std::uint16_t route = 1000; route < 41000; ++route)
    process->shard.add(process->requests, {LabelId{route}, LabelId::kEmpty, LabelId::kEmpty});
  look();
  EXPECT_EQ(logged(), kFull);
}

TEST_F(UnseenCallsTest, ARouteOrVersionWithoutALabelOfItsOwnIsLost) {
  for (const bool is_route : {true, false}) {
    begin();
    take(kOrders);
    look();
    logged();
    const LabelId list = process->metrics.intern("list");
    const LabelId v1 = process->metrics.intern("v1");
    process->shard.add(process->requests, {is_route ? LabelId::kOther : list, LabelId::kEmpty,
                                           is_route ? v1 : LabelId::kOther, process->metrics.intern("oms")});
    look();
    EXPECT_EQ(logged(), kFull);
    kill();
  }
}

TEST_F(UnseenCallsTest, CallsThatTheStoreRefusesCountOnceAndWhenTheyWereSeen) {
  begin();
  take(kOrders);
  look();
  clock.advance(hours(1));
  call("v1", "oms", 0, 2);
  process->door.refuses = true;
  look();
  clock.advance(hours(1));
  call("v1", "", 41090);
  look();
  clock.advance(days(1));
  look();
  process->door.refuses = false;
  look();
  EXPECT_EQ(usage(),
            "2026-03-01 v1 list oms 2 refused 0\n"
            "2026-03-01 v1 list  0 refused 1\n");
  EXPECT_EQ(times(), "3600000 3600000");
  EXPECT_EQ(logged(), "WARN version usage is not written down | until=the store takes it\n");
}

TEST_F(UnseenCallsTest, AFewRefusalsDoNotLengthenTheLifeOfAVersion) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  look();
  call("v1", "oms");
  process->door.refuses = true;
  pass(days(13));
  process->door.refuses = false;
  pass(days(1) - hours(6));
  EXPECT_EQ(state(), "sunset");
  pass(hours(12));
  EXPECT_EQ(state(), "retired");
}

TEST_F(UnseenCallsTest, NobodyWaitsWhileTheStoreWrites) {
  begin();
  take(kOrders);
  call("v1", "oms");
  int asked = 0;
  process->door.meanwhile = [&] {
    EXPECT_TRUE(process->ledger.versions(30).ok());
    EXPECT_TRUE(process->ledger.take(catalogue, true).ok());
    ++asked;
  };
  look();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 1 refused 0\n");
}

TEST_F(UnseenCallsTest, ASunsetThatMovesWhileARetirementIsWrittenKeepsTheVersion) {
  clock.advance(days(30));
  begin();
  take(kOrders);
  pass(days(14) - hours(6));
  std::string moved(kOrders);
  moved.replace(moved.find("2026-03-11"), 10, "2026-06-20");
  int asked = 0;
  process->door.meanwhile = [&] {
    if (++asked == 2) take(moved);  // the first one is the look's own
  };
  clock.advance(hours(6));
  look();
  ASSERT_EQ(asked, 2);
  EXPECT_EQ(state(), "deprecated");
  process->door.meanwhile = nullptr;
  look();
  kill();
  begin();
  take(kOrders);
  EXPECT_EQ(state(), "sunset") << "nothing of it is in the store";
}

TEST_F(UnseenCallsTest, AVersionThatLeavesWhileItIsWrittenIsForgotten) {
  clock.advance(days(20));
  begin();
  take(kOrders);
  int asked = 0;
  process->door.meanwhile = [&] {
    if (++asked == 1) take("api: orders\nbase: /api/{version}/orders\nversions: {v2: {released: 2025-06-01}}");
  };
  look();
  look();
  ReadLives read;
  ASSERT_TRUE(process->store.query_blocking(read).ok());
  ASSERT_EQ(read.lives.size(), 1u);
  EXPECT_EQ(read.lives.front().version, VersionKey("orders", "v2"));
}

TEST_F(UnseenCallsTest, AThreadThatFailsGoesOn) {
  begin();
  take(kOrders);
  call("v1", "oms");
  process->door.meanwhile = [] { throw std::runtime_error("no memory"); };
  process->ledger.start();
  process->ledger.stop();
  EXPECT_EQ(logged(), "ERROR thread goes on | thread=versions | problem=no memory\n");
  process->door.meanwhile = nullptr;
  look();
  EXPECT_EQ(usage(), "2026-03-01 v1 list oms 1 refused 0\n");
}

}  // namespace
}  // namespace causeway::app
