#include "transactions/decision.h"

#include <gtest/gtest.h>

#include <string>

namespace causeway::transactions {
namespace {

using What = CheckDecision::What;

constexpr WallTime kCreated{std::chrono::seconds(1'000'000)};

std::string text_of(const Ending& ending) {
  constexpr std::string_view kRecords[] = {"done", "released", "unknown"};
  constexpr std::string_view kHalves[] = {"commit", "roll back", "unresolved", "stay"};
  std::string text(kRecords[static_cast<std::size_t>(ending.record)]);
  text.append(", ").append(kHalves[static_cast<std::size_t>(ending.half)]);
  return ending.hidden ? text + ", hidden" : text;
}
std::string ending_of(Outcome outcome, bool unknown_before = false, bool event_failed = false) {
  return text_of(decide_ending(outcome, unknown_before, event_failed));
}

std::string text_of(const CheckDecision& decision) {
  constexpr std::string_view kWords[] = {"done", "absent", "again", "unresolved"};
  return std::string(kWords[static_cast<std::size_t>(decision.what)]) + ' ' + std::to_string(decision.absences);
}
CheckState state_of(std::uint32_t checks = 0, std::uint32_t absences = 0) {
  return {checks, absences, kCreated, kCreated};
}
WallTime after(Duration since) { return kCreated + std::chrono::duration_cast<WallTime::duration>(since); }

TEST(DecideArrival, AFreeKeyIsForwarded) { EXPECT_EQ(decide_arrival(std::nullopt), Arrival::kFresh); }

TEST(DecideArrival, OfAnotherRequestIsAConflictInEveryState) {
  for (const RecordState state : {RecordState::kRunning, RecordState::kUnknown, RecordState::kDone})
    EXPECT_EQ(decide_arrival(RecordView{.state = state, .same_payload = false}), Arrival::kConflict);
}

TEST(DecideArrival, OneThatIsDoneIsReplayedWhoeverDidIt) {
  for (const bool ours : {true, false})
    EXPECT_EQ(decide_arrival(RecordView{.state = RecordState::kDone, .ours = ours}), Arrival::kReplay);
  EXPECT_EQ(decide_arrival(RecordView{.state = RecordState::kDone, .answer_kept = false}), Arrival::kTooLong);
}

TEST(DecideArrival, WhatAnotherProcessLeftRunningIsUnknown) {
  EXPECT_EQ(decide_arrival(RecordView{.state = RecordState::kRunning, .ours = true}), Arrival::kRunning);
  EXPECT_EQ(decide_arrival(RecordView{.state = RecordState::kRunning, .ours = false}), Arrival::kUnknown);
  EXPECT_EQ(decide_arrival(RecordView{.state = RecordState::kUnknown, .ours = true}), Arrival::kUnknown);
}

TEST(DecideEnding, AFirstAttemptEndsAsItWasAnswered) {
  EXPECT_EQ(ending_of(Outcome::kSucceeded), "done, commit");
  EXPECT_EQ(ending_of(Outcome::kRefused), "done, roll back");
  EXPECT_EQ(ending_of(Outcome::kUnsent), "released, roll back");
  EXPECT_EQ(ending_of(Outcome::kUnknown), "unknown, stay");
}

TEST(DecideEnding, BehindAnUnknownAttemptOnlyASuccessDecides) {
  EXPECT_EQ(ending_of(Outcome::kSucceeded, true), "done, commit");
  EXPECT_EQ(ending_of(Outcome::kRefused, true), "unknown, stay, hidden");
  EXPECT_EQ(ending_of(Outcome::kUnsent, true), "unknown, stay, hidden");
  EXPECT_EQ(ending_of(Outcome::kUnknown, true), "unknown, stay");
}

TEST(DecideEnding, ASuccessWithoutItsEventIsAPersonsAndIsNeverRolledBack) {
  for (const bool unknown_before : {false, true})
    EXPECT_EQ(ending_of(Outcome::kSucceeded, unknown_before, true), "done, unresolved");
}

TEST(DecideCheck, DoneIsDone) {
  EXPECT_EQ(text_of(decide_check(CheckSays::kDone, {}, state_of(), kCreated)), "done 0");
  CheckRules old;
  old.times = 1;
  EXPECT_EQ(text_of(decide_check(CheckSays::kDone, old, state_of(99), after(std::chrono::hours(100)))), "done 0");
}

TEST(DecideCheck, UnderTheBarrierOneNoIsFinal) {
  CheckRules rules;
  rules.barrier = true;
  EXPECT_EQ(text_of(decide_check(CheckSays::kAbsent, rules, state_of(), kCreated)), "absent 0");
}

TEST(DecideCheck, WithoutTheBarrierTwoNosCountThatCameAfterTheAttemptWasOver) {
  CheckRules rules;
  rules.absent_after = std::chrono::minutes(10);
  const auto asked = [&](Duration since, std::uint32_t absences) {
    return text_of(decide_check(CheckSays::kAbsent, rules, state_of(0, absences), after(since)));
  };
  EXPECT_EQ(asked(std::chrono::seconds(1), 0), "again 0");
  EXPECT_EQ(asked(std::chrono::minutes(10) - std::chrono::milliseconds(1), 1), "again 1");
  EXPECT_EQ(asked(std::chrono::minutes(10), 0), "again 1");
  EXPECT_EQ(asked(std::chrono::minutes(10), 1), "absent 2");
}

TEST(DecideCheck, WhatSaysNeitherIsAskedAgainLaterEachTime) {
  const CheckRules rules;
  const auto wait = [&](std::uint32_t checks) {
    const CheckDecision decision = decide_check(CheckSays::kUnclear, rules, state_of(checks), after({}));
    EXPECT_EQ(decision.what, What::kAgain);
    return (decision.next - kCreated) / std::chrono::seconds(1);
  };
  EXPECT_EQ(wait(0), 2);
  EXPECT_EQ(wait(1), 4);
  EXPECT_EQ(wait(4), 32);
  EXPECT_EQ(wait(5), 60);
  EXPECT_EQ(wait(4'000'000'000), 60);
}

TEST(DecideCheck, IsUnresolvedAfterSoManyOrSoLong) {
  CheckRules rules;
  rules.times = 15;
  rules.max_age = std::chrono::hours(24);
  const auto asked = [&](std::uint32_t before, Duration since) {
    return text_of(decide_check(CheckSays::kUnclear, rules, state_of(before), after(since)));
  };
  EXPECT_EQ(asked(13, std::chrono::minutes(5)), "again 0");
  EXPECT_EQ(asked(14, std::chrono::minutes(5)), "unresolved 0");
  EXPECT_EQ(asked(0, std::chrono::hours(24) - std::chrono::milliseconds(1)), "again 0");
  EXPECT_EQ(asked(0, std::chrono::hours(24)), "unresolved 0");
}

TEST(DecideCheck, ANoThatIsNotFinalDoesNotKeepOneYoung) {
  CheckRules rules;
  rules.absent_after = std::chrono::hours(48);
  EXPECT_EQ(text_of(decide_check(CheckSays::kAbsent, rules, state_of(), after(std::chrono::hours(24)))),
            "unresolved 0");
}

TEST(DelayAfter, GrowsToItsLimitAndIsNeverShorterThanTheFirst) {
  CheckRules rules;
  rules.first = std::chrono::milliseconds(10);
  rules.multiplier = 3;
  rules.max_delay = std::chrono::milliseconds(50);
  EXPECT_EQ(delay_after(rules, 0), std::chrono::milliseconds(10));
  EXPECT_EQ(delay_after(rules, 1), std::chrono::milliseconds(30));
  EXPECT_EQ(delay_after(rules, 2), std::chrono::milliseconds(50));
  rules.max_delay = std::chrono::milliseconds(5);
  EXPECT_EQ(delay_after(rules, 7), std::chrono::milliseconds(10));
}

TEST(DecideEnd, AnOpenOneEnds) {
  for (const HalfState state : {HalfState::kPrepared, HalfState::kUnresolved})
    for (const EndWish wish : {EndWish::kCommit, EndWish::kRollBack})
      EXPECT_EQ(decide_end(state, wish), EndVerdict::kEnd);
}

TEST(DecideEnd, OneThatHasEndedStaysAsItIs) {
  EXPECT_EQ(decide_end(HalfState::kCommitted, EndWish::kCommit), EndVerdict::kAlready);
  EXPECT_EQ(decide_end(HalfState::kRolledBack, EndWish::kRollBack), EndVerdict::kAlready);
  EXPECT_EQ(decide_end(HalfState::kCommitted, EndWish::kRollBack), EndVerdict::kContradiction);
  EXPECT_EQ(decide_end(HalfState::kRolledBack, EndWish::kCommit), EndVerdict::kContradiction);
}

}  // namespace
}  // namespace causeway::transactions
