// What the simulation has found once, and what must hold whatever comes: each as the few changes that it takes.
#include <gtest/gtest.h>

#include "simulation/sim_store.h"
#include "transactions/adopting.h"
#include "transactions/begin_call.h"
#include "transactions/end_call.h"

namespace causeway::simulation {
namespace {

using namespace transactions;

class Regression : public testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1'790'000'000'000;
  static WallTime at(std::int64_t later) { return WallTime(std::chrono::milliseconds(kNow + later)); }

  BeginCall::Begun begin(std::string txid, bool resume, std::string boot = "one") {
    BeginCall::Call call;
    call.key = CallKey{"scope", "hash", "key", std::chrono::hours(1)};
    call.half.emplace();
    call.half->check_request = "{}";
    call.half->programs = "{}";
    call.txid = std::move(txid);
    call.boot_id = std::move(boot);
    call.now = at(0);
    call.resume = resume;
    BeginCall change(std::move(call));
    EXPECT_TRUE(store_.commit_now(change).ok());
    return change.take();
  }
  /// True: it counted.
  bool end(const BeginCall::Begun& begun, Outcome outcome, bool running, std::string body = {},
           DecidedBy by = DecidedBy::kResponse) {
    EndCall::End end;
    end.boot_id = "one";
    end.record = begun.record;
    end.half = begun.half;
    end.attempt = begun.attempt;
    end.running = running;
    end.ending = decide_ending(outcome, begun.unknown_before && by == DecidedBy::kResponse, false);
    end.by = by;
    end.answer = {201, false, {}, std::move(body)};
    end.next = at(1000);
    end.now = at(10);
    EndCall change(std::move(end));
    return store_.commit_now(change).ok() && !change.overtaken();
  }
  tables::Half half(std::int64_t id) {
    return *store_.read([&](store::Session& session) { return tables::find_half(session, id); });
  }
  std::optional<tables::Record> record() {
    return store_.read([](store::Session& session) { return tables::find_record(session, "scope"); });
  }

  Disk disk_;
  Dice dice_{1};
  Timeline timeline_{dice_};
  SimStore store_{disk_, timeline_, dice_};
};

// Seed 18450: a doubled retry still asked about what another one had begun once more, and left it unresolved.
TEST_F(Regression, ACheckLeavesAnAttemptAloneThatIsInSomebodysHand) {
  const BeginCall::Begun first = begin("tx-1", false);
  EXPECT_TRUE(end(first, Outcome::kUnknown, true));
  const BeginCall::Begun second = begin("tx-2", true);
  EXPECT_EQ(second.txid, "tx-1");
  NoteCheck late(second.half, second.attempt, 4, {CheckDecision::What::kUnresolved, 0, at(20)}, "asked often enough");
  EXPECT_TRUE(store_.commit_now(late).ok());
  EXPECT_EQ(half(second.half).state, HalfState::kPrepared);
  EXPECT_FALSE(half(second.half).next_check);
  EXPECT_TRUE(end(second, Outcome::kRefused, true));
  EXPECT_EQ(record()->state, RecordState::kUnknown);
  EXPECT_EQ(half(second.half).next_check, kNow + 1000);
}

// Seed 4248: the clock was two hours ahead, and was put right.
TEST_F(Regression, ChecksAreNotLateBecauseTheClockWasAhead) {
  const BeginCall::Begun begun = begin("tx-1", false);
  EXPECT_TRUE(end(begun, Outcome::kUnknown, true));
  HurryChecks hurry(at(-7'200'000));
  EXPECT_TRUE(store_.commit_now(hurry).ok());
  EXPECT_EQ(half(begun.half).next_check, kNow - 7'200'000);
  EXPECT_EQ(half(begun.half).attempt_began, kNow - 7'200'000);
}

TEST_F(Regression, ATerminalHalfMessageStays) {
  const BeginCall::Begun begun = begin("tx-1", false);
  EXPECT_TRUE(end(begun, Outcome::kSucceeded, true, "done"));
  const tables::Half ended = half(begun.half);
  EXPECT_EQ(ended.state, HalfState::kCommitted);
  EXPECT_EQ(decide_end(ended.state, EndWish::kRollBack), EndVerdict::kContradiction);
  EXPECT_EQ(decide_end(ended.state, EndWish::kCommit), EndVerdict::kAlready);
  BeginCall::Begun only_half = begun;
  only_half.record = 0;
  EXPECT_FALSE(end(only_half, Outcome::kUnsent, false, {}, DecidedBy::kOperator));
  EXPECT_EQ(half(begun.half).state, HalfState::kCommitted);
  EXPECT_EQ(half(begun.half).decided_by, DecidedBy::kResponse);
}

TEST_F(Regression, WhatIsSaidOfAnOlderAttemptDoesNotCount) {
  const BeginCall::Begun first = begin("tx-1", false);
  EXPECT_TRUE(end(first, Outcome::kUnknown, true));
  const BeginCall::Begun second = begin("tx-2", true);
  EXPECT_TRUE(end(second, Outcome::kUnknown, true));
  EXPECT_FALSE(end(first, Outcome::kUnsent, false, {}, DecidedBy::kCheck));
  ASSERT_TRUE(record());
  EXPECT_EQ(record()->state, RecordState::kUnknown);
  EXPECT_TRUE(end(second, Outcome::kUnsent, false, {}, DecidedBy::kCheck));
  EXPECT_FALSE(record());
}

// The rows of records that are gone are used again.
TEST_F(Regression, ASlowReaderDoesNotWriteIntoAnothersRecord) {
  const BeginCall::Begun first = begin("tx-1", false);
  EXPECT_TRUE(end(first, Outcome::kUnsent, true));
  const BeginCall::Begun second = begin("tx-2", false);
  EXPECT_EQ(second.record, first.record);
  EXPECT_TRUE(end(second, Outcome::kSucceeded, true, "of the second"));
  KeepAnswer late(first.record, first.txid, {200, false, {}, "of the first"});
  EXPECT_TRUE(store_.commit_now(late).ok());
  EXPECT_FALSE(late.kept_before());
  EXPECT_EQ(begin("tx-3", false).answer->body, "of the second");
}

}  // namespace
}  // namespace causeway::simulation
