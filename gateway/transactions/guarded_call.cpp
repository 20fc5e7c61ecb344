#include "transactions/guarded_call.h"

#include <algorithm>
#include <utility>

#include "core/crash_point.h"
#include "core/json_object.h"
#include "exchange/call_values.h"
#include "exchange/reply.h"
#include "transactions/half_values.h"
#include "transactions/load_half.h"
#include "transactions/stored_answer.h"
#include "upstream/outcome.h"
#include "upstream/pause.h"

namespace causeway::transactions {
namespace {

using Step = CallFlow::Step;
using What = CheckDecision::What;

constexpr int kRetryAfter = 1;

std::string_view consumer_of(const Exchange& exchange) {
  return exchange.authenticated && exchange.consumer != nullptr ? std::string_view(exchange.consumer->name)
                                                                : std::string_view();
}

/// What the caller does not get to see any more.
void drop_answer(Exchange& exchange) {
  Response& response = exchange.response;
  if (response.body.streams()) response.body.source()->drop();
  response.headers.clear();
  response.body = Body();
  response.head_length.reset();
  exchange.checked_answer = {};
  if (exchange.values != nullptr) exchange.values->forget_texts();
}

}  // namespace

GuardedCall::GuardedCall(const RouteRules& rules, Exchange& exchange)
    : rules_(rules), flow_({rules.check != nullptr, rules.can_resend, exchange.seen_before.has_value()}) {}

SteadyTime GuardedCall::patience_ends(const Exchange& exchange) const {
  const SteadyTime began = forwards() ? exchange.started : exchange.worker.now();
  return std::min(exchange.deadline, began + rules_.patience) - kReserve;
}

Task<Result<Flow>> GuardedCall::begin(Exchange& exchange, const RouteRules& rules, std::optional<CallKey> key) {
  GuardedCall& guard = exchange.own<GuardedCall>(rules, exchange);
  exchange.guard = &guard;
  guard.key_ = std::move(key);
  BeginCall::Begun begun;
  Step step = guard.flow_.start();
  for (;;) {
    if (step == Step::kForward) {
      guard.refusal_.reset();  // one that is begun once more has its half message already
      co_return Flow::kContinue;
    }
    if (step == Step::kAnswer) co_return guard.answer_of_key(exchange, begun);
    if (step == Step::kCheck) {
      step = co_await guard.check_before(exchange, begun);
      continue;
    }
    BeginCall change(guard.begin_change(exchange, step == Step::kResume));
    CAUSEWAY_CRASH_POINT("before-begin");
    Result<> committed = co_await rules.transactions->store().commit(exchange.worker, change);
    if (!committed) co_return std::move(committed.error());
    begun = change.take();
    CAUSEWAY_CRASH_POINT("after-begin-commit");
    if (begun.forward) guard.half_ = begun.unknown_before ? begun.kept : change.take_half();  // as first said
    guard.txid_ = begun.txid;
    guard.record_ = begun.record;
    guard.half_id_ = begun.half;
    guard.attempt_ = begun.attempt;
    step = guard.flow_.begun(begun.arrival, begun.forward, begun.unknown_before, begun.can_check());
  }
}

BeginCall::Call GuardedCall::begin_change(Exchange& exchange, bool resume) {
  BeginCall::Call call;
  call.key = key_;
  call.now = exchange.worker.clock().wall();
  call.txid = txid_ = events::new_event_id(call.now);
  call.route = rules_.route;
  call.consumer = consumer_of(exchange);
  call.boot_id = rules_.transactions->store().boot_id();
  call.resume = resume;
  call.must_exist = exchange.seen_before.has_value();
  if (!rules_.half) return call;
  Result<tables::Half> half = make_half(exchange);
  if (!half) {  // what the key stands for counts all the same; a new call is not begun
    refusal_ = std::move(half.error());
    call.must_exist = true;
    return call;
  }
  call.half = std::move(*half);
  return call;
}

Result<tables::Half> GuardedCall::make_half(Exchange& exchange) const {
  tables::Half half;
  half.txid = txid_;
  half.route = rules_.route;
  half.consumer = consumer_of(exchange);
  half.topic = rules_.topic;
  half.programs = rules_.programs;
  half.traceparent = exchange.trace.traceparent();
  Result<CallValues::Context> values = CallValues::of(exchange).on_the_way_in(rules_.kept, false);
  if (!values) return std::move(values.error());
  half.document = HalfValues::document(rules_.kept, *values->values);
  if (rules_.check) {
    Result<StoredRequest> check = rules_.check->render(exchange);
    if (!check) return std::move(check.error());
    half.check_request = check->to_json();
  }
  return half;
}

/// Of a key whose call has no known outcome.
Task<Step> GuardedCall::check_before(Exchange& exchange, BeginCall::Begun& begun) {
  Transactions& transactions = *rules_.transactions;
  const SteadyTime deadline = patience_ends(exchange);
  std::optional<tables::Half> half = std::move(begun.kept);
  begun.kept.reset();
  for (std::uint32_t i = 1; half; ++i) {
    Settled settled = co_await transactions.check(exchange.context, *half, deadline);
    result_ = std::move(settled.result);
    begun.published = settled.published;
    if (settled.overtaken || settled.what != What::kAgain) co_return flow_.checked(settled.what, settled.overtaken);
    const SteadyTime next = exchange.worker.now() + delay_after(rules_.check_rules, i - 1);
    if (next >= deadline) break;
    const bool waits = co_await upstream::pause(exchange.worker, next, &exchange.cancel);
    if (!waits) break;
    LoadHalf loaded(txid_);
    Result<> found = co_await transactions.store().query(exchange.worker, loaded);
    if (!found) break;
    const bool same = loaded.half && is_open(loaded.half->state) && loaded.half->attempt == half->attempt;
    if (!same) co_return flow_.checked(What::kAgain, true);
    half = std::move(loaded.half);
  }
  co_return flow_.checked(What::kAgain);
}

/// Of this very call, whose caller still waits.
Task<Step> GuardedCall::check_after(Exchange& exchange) {
  const SteadyTime deadline = patience_ends(exchange);
  What what = What::kAgain;
  tables::Half half = *half_;
  half.id = half_id_;
  half.txid = txid_;
  half.attempt = attempt_;
  half.attempt_began = unix_milliseconds(exchange.worker.clock().wall());  // nothing of it is sent any more
  for (std::uint32_t i = 1; !exchange.cancel.requested(); ++i) {
    exchange.worker.refresh_clock();
    if (exchange.worker.now() >= deadline) break;
    Looked looked = co_await rules_.transactions->look(exchange.context, half, deadline);
    if (!looked.unusable && (looked.decision.what == What::kDone || looked.decision.what == What::kAbsent)) {
      what = looked.decision.what;
      result_ = std::move(looked.result);
      break;
    }
    half.absences = looked.decision.absences;
    const SteadyTime next = exchange.worker.now() + delay_after(rules_.check_rules, i - 1);
    if (next >= deadline) break;
    const bool waits = co_await upstream::pause(exchange.worker, next, &exchange.cancel);
    if (!waits) break;
  }
  co_return flow_.checked(what);
}

Result<Flow> GuardedCall::answer_of_key(Exchange& exchange, BeginCall::Begun& begun) {
  using Answer = CallFlow::Answer;
  over_ = true;
  telemetry::Shard& shard = exchange.context.shard;
  switch (flow_.answer()) {
    case Answer::kStored:
      if (!begun.answer) return outcome_error(Code::kAnswerTooLong, "done", txid_);
      if (!begun.answer->inner) {
        shard.add(rules_.replayed);
        give_answer(exchange, *begun.answer, true);
        return Flow::kAnswered;
      }
      result_ = std::move(begun.answer->body);
      [[fallthrough]];
    case Answer::kFromCheck:
      shard.add(rules_.replayed);
      give_result(exchange, result_);
      exchange.response.headers.set("Idempotency-Replayed", "true");
      note_replay(exchange);
      if (begun.published) show_event(exchange, txid_, false);
      keeps_ = true;
      return Flow::kAnswered;
    case Answer::kRunning: {
      shard.add(rules_.running);
      Error error = outcome_error(Code::kStillRunning, "running", txid_);
      error.info().retry_after_seconds = kRetryAfter;
      return error;
    }
    case Answer::kTooLong:
      shard.add(rules_.replayed);
      return outcome_error(Code::kAnswerTooLong, "done", txid_);
    case Answer::kConflict: {
      shard.add(rules_.conflicts);
      Error error(Code::kConflictingPayload);
      error.info().public_message = "this Idempotency-Key was used before with another request";
      return error;
    }
    case Answer::kSeenBefore:
      if (exchange.seen_before) return std::move(*exchange.seen_before);
      return Flow::kContinue;  // to whichever step says what is wrong with the request, at last the adapter
    case Answer::kUnknownStill:
    case Answer::kOwn:
    case Answer::kOutcomeUnknown:
    case Answer::kNotExecuted:
      break;
  }
  shard.add(rules_.unknown);
  Error error = outcome_error(Code::kOutcomeStillUnknown, "unknown", txid_);
  error.info().retry_after_seconds = kRetryAfter;
  return error;
}

void GuardedCall::give_result(Exchange& exchange, std::string_view result) {
  drop_answer(exchange);
  exchange.response.status = 200;
  CallValues::of(exchange).give_answer({exchange.arena.copy(result)});
  exchange.shaped_answer = true;
  exchange.call_class = CallClass::kSuccess;
  exchange.refused = false;
  exchange.code = 0;
  exchange.failure = {};
}

Task<Result<>> GuardedCall::called(Exchange& exchange, Result<> outcome) {
  using Answer = CallFlow::Answer;
  told_ = true;
  CAUSEWAY_CRASH_POINT("after-forward");
  if (outcome && (record_ != 0 || half_id_ != 0)) {  // half an answer is none, and nothing of it has gone on
    const Result<bool> whole = co_await make_whole(exchange.response.body, kKeptAnswer);
    if (!whole) {
      drop_answer(exchange);
      const net::Method method = rules_.method == net::Method::kOther ? exchange.request.head->method : rules_.method;
      outcome = upstream::settle(Error(Code::kUpstreamBroke, "the answer broke off"), method, true);
    }
  }
  bool full_answer = false;
  const Outcome what = outcome_of(exchange, outcome, rules_.method, full_answer);
  Step step = flow_.forwarded(what, full_answer);
  if (step == Step::kCheck) {
    step = co_await check_after(exchange);
    CAUSEWAY_CRASH_POINT("after-check");
  }
  switch (flow_.planned()) {
    case Answer::kFromCheck:
      give_result(exchange, result_);
      co_return Result<>();
    case Answer::kNotExecuted:
      drop_answer(exchange);
      co_return outcome_error(Code::kUpstreamTimeout, "absent", txid_);
    case Answer::kOutcomeUnknown: {
      drop_answer(exchange);
      Error error = outcome_error(Code::kOutcomeUnknown, "unknown", txid_);
      error.info().internal = "an attempt before had an unknown outcome, and this one says nothing about it";
      co_return error;
    }
    default:
      break;
  }
  if (!outcome && outcome.error().code() == Code::kOutcomeUnknown) {
    std::string& details = outcome.error().info().details;
    if (!details.empty()) details += ',';
    details += R"("txid":")" + txid_ + '"';
  }
  co_return outcome;
}

}  // namespace causeway::transactions
