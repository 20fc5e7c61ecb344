#include "transactions/begin_call.h"

namespace causeway::transactions {

Result<> BeginCall::apply(store::Session& session) {
  begun_ = {};
  begun_.txid = call_.txid;
  const std::int64_t now = unix_milliseconds(call_.now);
  if (call_.key) {
    auto record = tables::find_record(session, call_.key->scope);
    if (record && record->expires && *record->expires <= now) {  // the sweep has not come yet
      tables::forget_record(session, record->id);
      record.reset();
    }
    std::optional<RecordView> view;
    if (record)
      view = RecordView{record->state, record->request_hash == call_.key->request_hash,
                        record->boot_id == call_.boot_id, record->answer_kept};
    begun_.arrival = decide_arrival(view);
    if (record) {
      look_up(session, *record);
      return {};
    }
  }
  if (call_.must_exist) return {};
  begun_.forward = true;
  if (call_.key)
    begun_.record = tables::add_record(
        session,
        {call_.key->scope, call_.txid, call_.key->request_hash, call_.boot_id, call_.consumer, call_.route,
         call_.key->key, now, std::chrono::duration_cast<std::chrono::milliseconds>(call_.key->retention).count()});
  if (call_.half) {
    tables::Half& half = *call_.half;
    half.txid = call_.txid;
    half.record = begun_.record;
    half.created = half.attempt_began = now;
    begun_.half = tables::add_half(session, half);
  }
  return {};
}

void BeginCall::look_up(store::Session& session, const tables::Record& record) {
  begun_.txid = record.txid;
  begun_.record = record.id;
  begun_.attempt = record.attempt;
  if (begun_.arrival == Arrival::kReplay) begun_.answer = tables::find_answer(session, record.id);
  if (begun_.answer && begun_.answer->inner) {
    const auto settled = tables::find_half(session, record.txid);
    begun_.published = settled && settled->state == HalfState::kCommitted && !settled->topic.empty();
  }
  if (begun_.arrival != Arrival::kUnknown) return;
  auto half = tables::find_half(session, record.txid);
  if (half && !is_open(half->state)) half.reset();
  else if (!half) half = tables::add_lost_half(session, record, "the process ended during the call");
  const std::int64_t now = unix_milliseconds(call_.now);
  if (call_.resume && tables::start_attempt(session, {record.id, record.attempt, call_.boot_id, false}, now)) {
    begun_.forward = true;
    begun_.unknown_before = true;
    begun_.attempt = record.attempt + 1;
    if (half) {
      tables::start_half_attempt(session, half->id, half->attempt, now);
      begun_.half = half->id;
      half = tables::find_half(session, half->id);
    }
  }
  begun_.kept = std::move(half);
}

}  // namespace causeway::transactions
