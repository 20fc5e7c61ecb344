// One call on its way, as a machine that is told what has happened and says what comes next. It has no clock, no store
// and no system: the gateway drives it with coroutines (call_guard.h), the simulation with a seed (tests/simulation).
//
//   begin ─▶ forward ─▶ end ─▶ answer          a call that is new
//        └─▶ answer                             its key stands for something else, or is done
//        └─▶ check ─▶ answer | begin | resume   its outcome was unknown
//            forward ─▶ check ─▶ end ─▶ answer  its outcome is unknown now, and its caller still waits
//
// Thread safety: none; lives with its call.
#pragma once

#include <cstdint>

#include "transactions/decision.h"

namespace causeway::transactions {

class CallFlow {
 public:
  struct Setup {
    bool can_check = false;    ///< there is a system to be asked what became of a call that is new
    bool can_resend = false;   ///< it honours our key: the same txid twice is one effect
    bool seen_before = false;  ///< its signature was used: only a record may answer it
  };

  enum class Step : std::uint8_t {
    kBegin,    ///< commit BeginCall; then `begun`
    kResume,   ///< the same, and one whose outcome is unknown is begun once more
    kForward,  ///< call the system; then `forwarded`
    kCheck,    ///< ask what became of it, as long as the caller may wait; then `checked`
    kEnd,      ///< commit EndCall with `ending`; then `ended`
    kAnswer,   ///< with `answer`: the last step
  };

  enum class Answer : std::uint8_t {
    kOwn,             ///< what is at hand: the system's answer, or the error that came instead
    kStored,          ///< as it was given before
    kFromCheck,       ///< what the check says that the caller gets
    kRunning,         ///< 40990
    kUnknownStill,    ///< 40991: of a retry
    kTooLong,         ///< 40992
    kConflict,        ///< 42290
    kSeenBefore,      ///< the refusal of its signature
    kOutcomeUnknown,  ///< 50491: this very call
    kNotExecuted,     ///< 50490: the check has found that nothing was done, nor will be
  };

  explicit CallFlow(Setup setup) : setup_(setup) {}

  Step start() const { return Step::kBegin; }
  /// `can_check`: of a call that is not new, where its own half message knows whom to ask.
  Step begun(Arrival arrival, bool forward, bool unknown_before, bool can_check);
  /// `full_answer`: of an unknown outcome: the system did answer, though nothing that settles it (a 5xx).
  Step forwarded(Outcome outcome, bool full_answer);
  /// What the check has come to; kAgain when nothing was decided in the time that the caller has. `overtaken`: somebody
  /// else has settled it meanwhile.
  Step checked(CheckDecision::What what, bool overtaken = false);
  /// The event of a success could not be made.
  void event_failed() { event_failed_ = true; }
  Step ended(bool overtaken);

  /// Of kEnd: what its caller will get, unless somebody else has settled it.
  Answer planned() const;
  /// Of kEnd.
  Ending ending() const { return decide_ending(outcome_, unknown_before_, event_failed_); }
  DecidedBy decided_by() const { return by_; }
  Outcome outcome() const { return outcome_; }
  /// Of kAnswer.
  Answer answer() const { return answer_; }
  bool forwards() const { return forwards_; }

 private:
  Step say(Answer answer) {
    answer_ = answer;
    return Step::kAnswer;
  }

  Setup setup_;
  Outcome outcome_ = Outcome::kUnsent;
  DecidedBy by_ = DecidedBy::kResponse;
  Answer answer_ = Answer::kOwn;
  bool forwards_ = false;
  bool unknown_before_ = false;
  bool full_answer_ = false;
  bool event_failed_ = false;
  bool checked_ = false;
};

}  // namespace causeway::transactions
