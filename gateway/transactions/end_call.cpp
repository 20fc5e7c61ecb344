#include "transactions/end_call.h"

namespace causeway::transactions {

Result<> EndCall::apply(store::Session& session) {
  overtaken_ = false;
  if (end_.record != 0 && !end_record(session)) {
    overtaken_ = true;
    return {};
  }
  if (end_.record != 0 && end_.half == 0 && end_.ending.record == RecordEnd::kUnknown)
    tables::add_lost_half(session, *tables::find_record(session, end_.record), end_.reason);
  if (end_.half != 0 && !end_half(session)) {
    overtaken_ = true;
    if (end_.record == 0) return {};
    return Error(Code::kConflict, "the half message has ended otherwise");  // takes back what the record became
  }
  if (!end_.event) return {};
  return end_.event->apply(session);
}

void EndCall::give_up_event(std::string why) {
  end_.event.reset();
  end_.ending.half = HalfEnd::kUnresolved;
  end_.reason = std::move(why);
}

bool EndCall::end_record(store::Session& session) {
  const tables::Claim claim{end_.record, end_.attempt, end_.boot_id, end_.running};
  switch (end_.ending.record) {
    case RecordEnd::kDone:
      return tables::end_record(session, claim, end_.answer, end_.answer_kept, unix_milliseconds(end_.now));
    case RecordEnd::kReleased:
      return tables::release_record(session, claim);
    case RecordEnd::kUnknown:
      return tables::mark_unknown(session, claim);
  }
  return false;
}

bool EndCall::end_half(store::Session& session) {
  const std::int64_t now = unix_milliseconds(end_.now);
  switch (end_.ending.half) {
    case HalfEnd::kCommit:
      return tables::end_half(session, end_.half, end_.attempt, HalfState::kCommitted, end_.by, end_.reason, now);
    case HalfEnd::kRollBack:
      if (end_.never_called && end_.by == DecidedBy::kResponse) {
        tables::drop_half(session, end_.half);
        return true;
      }
      return tables::end_half(session, end_.half, end_.attempt, HalfState::kRolledBack, end_.by, end_.reason, now);
    case HalfEnd::kUnresolved:
      return tables::leave_unresolved(session, end_.half, end_.attempt, end_.reason, end_.document);
    case HalfEnd::kStay:
      if (end_.next)
        return tables::schedule_check(session, end_.half, end_.attempt, unix_milliseconds(*end_.next), now);
      return tables::leave_unresolved(session, end_.half, end_.attempt, end_.reason, end_.document);
  }
  return false;
}

Result<> NoteCheck::apply(store::Session& session) {
  if (!tables::note_check(session, half_, attempt_, checks_, decision_.absences, unix_milliseconds(decision_.next)))
    return {};
  if (decision_.what == CheckDecision::What::kUnresolved)
    tables::leave_unresolved(session, half_, attempt_, reason_, {});
  return {};
}

Result<> KeepAnswer::apply(store::Session& session) {
  before_.reset();
  const auto record = tables::find_record(session, record_);
  if (!record || record->txid != txid_) return {};
  if (!tables::set_final_answer(session, record_, answer_)) before_ = tables::find_answer(session, record_);
  return {};
}

}  // namespace causeway::transactions
