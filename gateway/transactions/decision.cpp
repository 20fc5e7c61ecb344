#include "transactions/decision.h"

#include <algorithm>
#include <cmath>

namespace causeway::transactions {

Arrival decide_arrival(const std::optional<RecordView>& record) {
  if (!record) return Arrival::kFresh;
  if (!record->same_payload) return Arrival::kConflict;
  switch (record->state) {
    case RecordState::kDone:
      return record->answer_kept ? Arrival::kReplay : Arrival::kTooLong;
    case RecordState::kRunning:
      return record->ours ? Arrival::kRunning : Arrival::kUnknown;
    case RecordState::kUnknown:
      return Arrival::kUnknown;
  }
  return Arrival::kUnknown;
}

Ending decide_ending(Outcome outcome, bool unknown_before, bool event_failed) {
  switch (outcome) {
    case Outcome::kSucceeded:
      return {RecordEnd::kDone, event_failed ? HalfEnd::kUnresolved : HalfEnd::kCommit, false};
    case Outcome::kRefused:
      if (unknown_before) return {RecordEnd::kUnknown, HalfEnd::kStay, true};
      return {RecordEnd::kDone, HalfEnd::kRollBack, false};
    case Outcome::kUnsent:
      if (unknown_before) return {RecordEnd::kUnknown, HalfEnd::kStay, true};
      return {RecordEnd::kReleased, HalfEnd::kRollBack, false};
    case Outcome::kUnknown:
      break;
  }
  return {RecordEnd::kUnknown, HalfEnd::kStay, false};
}

Duration delay_after(const CheckRules& rules, std::uint32_t checks) {
  const double factor = std::pow(rules.multiplier, std::min<std::uint32_t>(checks, 64));
  const double wanted = std::min(static_cast<double>(rules.first.count()) * factor,
                                 static_cast<double>(std::max(rules.first, rules.max_delay).count()));
  return Duration(static_cast<Duration::rep>(wanted));
}

CheckDecision decide_check(CheckSays says, const CheckRules& rules, const CheckState& state, WallTime asked) {
  using What = CheckDecision::What;
  CheckDecision decision{What::kAgain, state.absences, asked};
  if (says == CheckSays::kDone) {
    decision.what = What::kDone;
    return decision;
  }
  if (says == CheckSays::kAbsent) {
    if (rules.barrier) {
      decision.what = What::kAbsent;
      return decision;
    }
    // One that comes while the attempt may still be under way says nothing about its end.
    if (asked - state.attempt_began >= rules.absent_after && ++decision.absences >= 2) {
      decision.what = What::kAbsent;
      return decision;
    }
  }
  const std::uint32_t sent = state.checks + 1;
  const bool often = rules.times > 0 && sent >= rules.times;
  if (often || asked - state.created >= rules.max_age) decision.what = What::kUnresolved;
  decision.next = asked + std::chrono::duration_cast<WallTime::duration>(delay_after(rules, sent));
  return decision;
}

EndVerdict decide_end(HalfState state, EndWish wish) {
  if (is_open(state)) return EndVerdict::kEnd;
  const HalfState wanted = wish == EndWish::kCommit ? HalfState::kCommitted : HalfState::kRolledBack;
  return state == wanted ? EndVerdict::kAlready : EndVerdict::kContradiction;
}

}  // namespace causeway::transactions
