#include "transactions/call_flow.h"

namespace causeway::transactions {

CallFlow::Step CallFlow::begun(Arrival arrival, bool forward, bool unknown_before, bool can_check) {
  if (!forward || unknown_before) setup_.can_check = can_check;
  if (forward) {
    forwards_ = true;
    unknown_before_ = unknown_before;
    return Step::kForward;
  }
  switch (arrival) {
    case Arrival::kFresh:
      return say(Answer::kSeenBefore);  // there is no record that could answer it
    case Arrival::kReplay:
      return say(Answer::kStored);
    case Arrival::kRunning:
      return say(Answer::kRunning);
    case Arrival::kConflict:
      return say(Answer::kConflict);
    case Arrival::kTooLong:
      return say(Answer::kTooLong);
    case Arrival::kUnknown:
      break;
  }
  if (setup_.can_check && !checked_) return Step::kCheck;
  if (setup_.can_resend && !setup_.seen_before) return Step::kResume;
  return say(Answer::kUnknownStill);
}

CallFlow::Step CallFlow::forwarded(Outcome outcome, bool full_answer) {
  outcome_ = outcome;
  full_answer_ = full_answer;
  const bool settled = decide_ending(outcome, unknown_before_, false).record != RecordEnd::kUnknown;
  return settled || !setup_.can_check ? Step::kEnd : Step::kCheck;
}

CallFlow::Step CallFlow::checked(CheckDecision::What what, bool overtaken) {
  using What = CheckDecision::What;
  checked_ = true;
  if (forwards_) {  // of this very call: what was found out ends it
    if (what == What::kDone) {
      outcome_ = Outcome::kSucceeded;
      by_ = DecidedBy::kCheck;
    } else if (what == What::kAbsent) {
      outcome_ = Outcome::kUnsent;
      unknown_before_ = false;
      by_ = DecidedBy::kCheck;
    }
    return Step::kEnd;
  }
  if (overtaken || what == What::kAbsent) return Step::kBegin;  // see what it has become
  if (what == What::kDone) return say(Answer::kFromCheck);
  if (setup_.can_resend && !setup_.seen_before) return Step::kResume;
  return say(Answer::kUnknownStill);
}

CallFlow::Answer CallFlow::planned() const {
  if (by_ == DecidedBy::kCheck && outcome_ == Outcome::kSucceeded) return Answer::kFromCheck;
  if (by_ == DecidedBy::kCheck) return full_answer_ ? Answer::kOwn : Answer::kNotExecuted;
  return ending().hidden ? Answer::kOutcomeUnknown : Answer::kOwn;
}

CallFlow::Step CallFlow::ended(bool overtaken) {
  if (!overtaken) return say(planned());
  return say(ending().hidden ? Answer::kOutcomeUnknown : Answer::kOwn);
}

}  // namespace causeway::transactions
