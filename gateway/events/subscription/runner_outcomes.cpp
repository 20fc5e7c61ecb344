#include "events/subscription/dead_letter_tables.h"
#include "events/subscription/delivery_call.h"
#include "events/subscription/preparation.h"
#include "events/subscription/runner.h"
#include "events/subscription/verdict.h"

namespace causeway::events {

using PausedBy = RunnerGauges::PausedBy;

bool SubscriptionRunner::make_ready(Delivery& delivery, const SubscriptionSpec& spec) {
  Preparation ready = prepare(spec, delivery.event.body, delivery.passed, worker().chunks());
  switch (ready.kind) {
    case Preparation::Kind::kSend:
      dispatcher_->freeze(delivery, std::move(ready.sent));
      return true;
    case Preparation::Kind::kLeftOut:
      context_.shard.add(filtered_);
      dispatcher_->left_out(delivery);
      return false;
    case Preparation::Kind::kRefused:
      break;
  }
  give_up(delivery, std::nullopt, ready.reason);
  return false;
}

void SubscriptionRunner::conclude(Delivery& delivery, const CallOutcome& outcome, const SubscriptionSpec& spec) {
  const UnderstoodAnswer& answer = outcome.answer;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.took).count();
  std::optional<AttemptRecord> attempt(std::in_place, unix_milliseconds(outcome.began), answer.http_status, took,
                                       answer.error, outcome.body, answer.code, answer.message, answer.details);
  if (outcome.put_off) return give_up(delivery, std::nullopt, "max_age");
  if (!outcome.refused.empty()) {
    if (answer.http_status == 0) {  // it failed before the call: what was to be sent never was
      attempt.reset();
      dispatcher_->thaw(delivery);
    }
    return give_up(delivery, std::move(attempt), outcome.refused);
  }
  const Tried tried{delivery.attempts + 1, WallTime(std::chrono::milliseconds(delivery.since)),
                    context_.random.fraction()};
  const Verdict verdict = judge(answer.to_judge(), tried, spec.settings.retry, worker().wall_now());
  switch (verdict.kind) {
    case Verdict::Kind::kDone:
      context_.shard.add(succeeded_);
      return dispatcher_->succeeded(delivery);
    case Verdict::Kind::kRetry:
      context_.shard.add(retried_);
      dispatcher_->failed(delivery, std::move(*attempt), verdict.wait, worker().now(), worker().wall_now());
      // Read anew for the next attempt; assigning {} would keep the memory.
      for (std::string* const large : {&delivery.event.headers, &delivery.event.body, &delivery.event.sent})
        std::string().swap(*large);
      return;
    case Verdict::Kind::kDead:
      return give_up(delivery, std::move(attempt), verdict.reason);
  }
}

bool SubscriptionRunner::too_old(const Delivery& delivery, const SubscriptionSpec& spec) const {
  const WallTime since(std::chrono::milliseconds(delivery.since));
  return context_.worker.wall_now() - since >= spec.settings.retry.max_age;
}

/// In short steps: a stop does not wait for it, and a breaker that somebody closes is seen soon.
Task<> SubscriptionRunner::let_time_pass(Duration wait) {
  for (Duration slept{}; slept < std::min<Duration>(wait, kLongestPause) && !draining_ && !released_; slept += kAgain)
    co_await runtime::sleep_for(worker(), kAgain);
}

void SubscriptionRunner::give_up(Delivery& delivery, std::optional<AttemptRecord> attempt, const std::string& reason) {
  context_.shard.add(died_);
  tell_dead(delivery, reason);
  const bool ran = !dispatcher_->paused();
  dispatcher_->died(delivery, std::move(attempt), reason, worker().wall_now());
  if (ran && dispatcher_->paused()) {
    gauges_->paused_by = PausedBy::kDeadLetters;
    lines_.write(telemetry::Level::kWarn, "subscription paused", {{"subscription", name_}, {"by", "dead_letters"}});
  }
}

void SubscriptionRunner::tell_dead(const Delivery& delivery, std::string_view reason) {
  lines_.write(telemetry::Level::kWarn, "dead letter",
               {{"subscription", name_},
                {"id", delivery_id(name_, delivery.place)},
                {"event", delivery.event.event_id},
                {"reason", reason}});
}

void SubscriptionRunner::publish() {
  if (!dispatcher_) return;
  const DispatcherCounts& counts = dispatcher_->counts();
  gauges_->retrying = counts.retrying;
  gauges_->held = counts.held;
  gauges_->dead = counts.dead;
}

Task<bool> SubscriptionRunner::running() {
  while (opening_ && !waiting_ && !draining_) co_await runtime::sleep_for(worker(), kGather);
  co_return dispatcher_.has_value() && !draining_;
}

Task<Result<>> SubscriptionRunner::set_paused(bool paused) {
  const bool runs = co_await running();
  if (!runs && (!waiting_ || draining_)) co_return Error(Code::kDraining, "the subscription does not run");
  if (paused && dispatcher_ && !dispatcher_->paused()) dispatcher_->pause();
  SetPaused change(id_, paused ? "operator" : "");
  Result<> written = co_await log_.store().commit(worker(), change);
  if (!written) {
    if (paused && dispatcher_ && gauges_->paused_by == PausedBy::kNobody) dispatcher_->resume();
    pump();
    co_return written;
  }
  gauges_->paused_by = paused ? PausedBy::kOperator : PausedBy::kNobody;
  if (!dispatcher_) paused_while_opening_ = paused;
  else if (!paused) dispatcher_->resume();
  else if (!dispatcher_->paused()) dispatcher_->pause();
  lines_.write(telemetry::Level::kInfo, paused ? "subscription paused" : "subscription resumed",
               {{"subscription", name_}, {"by", "operator"}});
  pump();
  co_return Result<>();
}

Task<Result<std::int64_t>> SubscriptionRunner::replay(std::vector<Place> places) {
  const bool runs = co_await running();
  if (!runs) co_return Error(Code::kDraining, "the subscription does not run");
  worker().refresh_clock();
  ReplayRows change(id_, std::move(places), worker().wall_now());
  Result<> written = co_await log_.store().commit(worker(), change);
  if (!written) co_return std::move(written.error());
  for (const PlaceAndKey& each : change.replayed()) dispatcher_->replayed(each.place, each.key);
  pump();
  co_return static_cast<std::int64_t>(change.replayed().size());
}

Task<Result<std::int64_t>> SubscriptionRunner::replay_edited(Place place, EventCopy event) {
  const bool runs = co_await running();
  if (!runs) co_return Error(Code::kDraining, "the subscription does not run");
  worker().refresh_clock();
  ReplayEdited change(id_, place, event, worker().wall_now());
  Result<> written = co_await log_.store().commit(worker(), change);
  if (!written) co_return std::move(written.error());
  if (!change.replayed()) co_return std::int64_t{0};
  dispatcher_->replayed(place, event.key);
  pump();
  co_return std::int64_t{1};
}

Task<Result<std::int64_t>> SubscriptionRunner::discard(Place place, std::string reason) {
  const bool runs = co_await running();
  if (!runs) co_return Error(Code::kDraining, "the subscription does not run");
  DiscardRow change(id_, place, std::move(reason));
  Result<> written = co_await log_.store().commit(worker(), change);
  if (!written) co_return std::move(written.error());
  for (const PlaceAndKey& each : change.discarded()) dispatcher_->discarded(each.place, each.key);
  pump();
  co_return static_cast<std::int64_t>(change.discarded().size());
}

}  // namespace causeway::events
