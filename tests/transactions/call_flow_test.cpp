#include "transactions/call_flow.h"

#include <gtest/gtest.h>

namespace causeway::transactions {
namespace {

using Answer = CallFlow::Answer;
using Step = CallFlow::Step;
using What = CheckDecision::What;

CallFlow flow(bool can_check, bool can_resend = false, bool seen_before = false) {
  return CallFlow({can_check, can_resend, seen_before});
}
/// One that is new, up to its call.
CallFlow forwarding(bool can_check) {
  CallFlow one = flow(can_check);
  EXPECT_EQ(one.start(), Step::kBegin);
  EXPECT_EQ(one.begun(Arrival::kFresh, true, false, false), Step::kForward);
  return one;
}
/// One whose key had an unknown outcome, and that is forwarded once more.
CallFlow resumed(bool can_check) {
  CallFlow one = flow(can_check, true);
  EXPECT_EQ(one.begun(Arrival::kUnknown, true, true, can_check), Step::kForward);
  return one;
}

TEST(CallFlow, ANewCallIsBegunForwardedEndedAndAnswered) {
  CallFlow one = forwarding(true);
  EXPECT_TRUE(one.forwards());
  EXPECT_EQ(one.forwarded(Outcome::kSucceeded, true), Step::kEnd);
  EXPECT_EQ(one.planned(), Answer::kOwn);
  EXPECT_EQ(one.ended(false), Step::kAnswer);
  EXPECT_EQ(one.answer(), Answer::kOwn);
  EXPECT_EQ(one.decided_by(), DecidedBy::kResponse);
}

TEST(CallFlow, AKeyThatStandsForSomethingIsAnsweredWithoutACall) {
  const std::pair<Arrival, Answer> kAnswers[] = {{Arrival::kReplay, Answer::kStored},
                                                 {Arrival::kRunning, Answer::kRunning},
                                                 {Arrival::kConflict, Answer::kConflict},
                                                 {Arrival::kTooLong, Answer::kTooLong}};
  for (const auto& [arrival, answer] : kAnswers) {
    CallFlow one = flow(true, true);
    EXPECT_EQ(one.begun(arrival, false, false, true), Step::kAnswer);
    EXPECT_EQ(one.answer(), answer);
    EXPECT_FALSE(one.forwards());
  }
}

TEST(CallFlow, ASignatureThatWasUsedIsAnsweredOutOfARecordOnly) {
  CallFlow fresh = flow(true, true, true);
  EXPECT_EQ(fresh.begun(Arrival::kFresh, false, false, false), Step::kAnswer);
  EXPECT_EQ(fresh.answer(), Answer::kSeenBefore);
  CallFlow unknown = flow(true, true, true);
  EXPECT_EQ(unknown.begun(Arrival::kUnknown, false, false, false), Step::kAnswer);  // not sent once more
  EXPECT_EQ(unknown.answer(), Answer::kUnknownStill);
}

TEST(CallFlow, OfAnUnknownKeyTheHalfMessageSaysWhetherThereIsSomebodyToAsk) {
  CallFlow asks = flow(false);
  EXPECT_EQ(asks.begun(Arrival::kUnknown, false, false, true), Step::kCheck);
  CallFlow nobody = flow(true);
  EXPECT_EQ(nobody.begun(Arrival::kUnknown, false, false, false), Step::kAnswer);
  EXPECT_EQ(nobody.answer(), Answer::kUnknownStill);
}

TEST(CallFlow, WhatACheckSaysOfAnUnknownKey) {
  const auto after = [](What what, bool overtaken, bool can_resend) {
    CallFlow one = flow(true, can_resend);
    EXPECT_EQ(one.begun(Arrival::kUnknown, false, false, true), Step::kCheck);
    const Step step = one.checked(what, overtaken);
    return std::pair(step, one.answer());
  };
  EXPECT_EQ(after(What::kDone, false, false), std::pair(Step::kAnswer, Answer::kFromCheck));
  EXPECT_EQ(after(What::kAbsent, false, false).first, Step::kBegin);  // the key is free
  EXPECT_EQ(after(What::kDone, true, false).first, Step::kBegin);     // somebody else has settled it
  EXPECT_EQ(after(What::kAgain, false, false), std::pair(Step::kAnswer, Answer::kUnknownStill));
  EXPECT_EQ(after(What::kUnresolved, false, false), std::pair(Step::kAnswer, Answer::kUnknownStill));
  EXPECT_EQ(after(What::kAgain, false, true).first, Step::kResume);  // the system honours our key
}

TEST(CallFlow, AsksOnceThenResendsWhereTheSystemHonoursTheKey) {
  CallFlow one = flow(true, true);
  EXPECT_EQ(one.begun(Arrival::kUnknown, false, false, true), Step::kCheck);
  EXPECT_EQ(one.checked(What::kAbsent, true), Step::kBegin);
  EXPECT_EQ(one.begun(Arrival::kUnknown, false, false, true), Step::kResume);
}

TEST(CallFlow, AnUnknownOutcomeIsAskedAboutWhileTheCallerWaits) {
  CallFlow one = forwarding(true);
  EXPECT_EQ(one.forwarded(Outcome::kUnknown, false), Step::kCheck);
  EXPECT_EQ(one.checked(What::kDone), Step::kEnd);
  EXPECT_EQ(one.ending().record, RecordEnd::kDone);
  EXPECT_EQ(one.ending().half, HalfEnd::kCommit);
  EXPECT_EQ(one.decided_by(), DecidedBy::kCheck);
  EXPECT_EQ(one.planned(), Answer::kFromCheck);
}

TEST(CallFlow, WithNobodyToAskItStaysUnknown) {
  CallFlow one = forwarding(false);
  EXPECT_EQ(one.forwarded(Outcome::kUnknown, false), Step::kEnd);
  EXPECT_EQ(one.ending().record, RecordEnd::kUnknown);
  EXPECT_EQ(one.ending().half, HalfEnd::kStay);
  EXPECT_EQ(one.planned(), Answer::kOwn);
}

TEST(CallFlow, AnAbsentOneFreesTheKeyAndItsCallerHearsThatNothingWasDone) {
  CallFlow silent = forwarding(true);
  silent.forwarded(Outcome::kUnknown, false);
  EXPECT_EQ(silent.checked(What::kAbsent), Step::kEnd);
  EXPECT_EQ(silent.ending().record, RecordEnd::kReleased);
  EXPECT_EQ(silent.ending().half, HalfEnd::kRollBack);
  EXPECT_EQ(silent.planned(), Answer::kNotExecuted);
  CallFlow said_500 = forwarding(true);
  said_500.forwarded(Outcome::kUnknown, true);
  said_500.checked(What::kAbsent);
  EXPECT_EQ(said_500.planned(), Answer::kOwn);  // its own 500 says more
}

TEST(CallFlow, BehindAnUnknownAttemptARefusalIsHiddenUntilTheCheckHasSpoken) {
  CallFlow hidden = resumed(false);
  EXPECT_EQ(hidden.forwarded(Outcome::kRefused, true), Step::kEnd);
  EXPECT_EQ(hidden.ending().record, RecordEnd::kUnknown);
  EXPECT_EQ(hidden.planned(), Answer::kOutcomeUnknown);
  CallFlow asks = resumed(true);
  EXPECT_EQ(asks.forwarded(Outcome::kRefused, true), Step::kCheck);
  EXPECT_EQ(asks.checked(What::kDone), Step::kEnd);
  EXPECT_EQ(asks.ending().half, HalfEnd::kCommit);
  EXPECT_EQ(asks.planned(), Answer::kFromCheck);
  CallFlow succeeds = resumed(true);
  EXPECT_EQ(succeeds.forwarded(Outcome::kSucceeded, true), Step::kEnd);
  EXPECT_EQ(succeeds.planned(), Answer::kOwn);
}

TEST(CallFlow, ASuccessWithoutItsEventIsAnsweredAndUnresolved) {
  CallFlow one = forwarding(true);
  one.forwarded(Outcome::kSucceeded, true);
  one.event_failed();
  EXPECT_EQ(one.ending().record, RecordEnd::kDone);
  EXPECT_EQ(one.ending().half, HalfEnd::kUnresolved);
  EXPECT_EQ(one.planned(), Answer::kOwn);
}

TEST(CallFlow, OneThatOthersHaveSettledIsAnsweredWithWhatIsAtHand) {
  CallFlow late = forwarding(true);
  late.forwarded(Outcome::kSucceeded, true);
  EXPECT_EQ(late.ended(true), Step::kAnswer);
  EXPECT_EQ(late.answer(), Answer::kOwn);
  CallFlow hidden = resumed(false);
  hidden.forwarded(Outcome::kRefused, true);
  hidden.ended(true);
  EXPECT_EQ(hidden.answer(), Answer::kOutcomeUnknown);
}

}  // namespace
}  // namespace causeway::transactions
