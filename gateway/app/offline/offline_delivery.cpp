#include "app/offline/offline_gateway.h"
#include "events/event_key.h"
#include "events/intake/draft.h"
#include "events/subscription/delivery_call.h"
#include "events/subscription/preparation.h"
#include "events/subscription/verdict.h"

namespace causeway::app {
namespace {

struct Attempt {
  events::EventCopy event;
  events::CallOutcome outcome;
  bool ended = false;
};

Task<> make_attempt(WorkerContext& context, const events::SubscriptionSpec& spec, Attempt& attempt) {
  attempt.outcome = co_await events::deliver(context, spec, attempt.event, {0, 1}, 1);
  attempt.ended = true;
}

events::EventCopy event_of(const OfflineDelivery& delivery, const events::Topic& topic, WallTime now) {
  events::SaidEvent said;
  said.event_id = delivery.event_id;
  said.type = delivery.type;
  said.data = delivery.data;
  std::string key =
      delivery.key.empty() ? events::topic_key(topic.key, said.data, topic.expressions.get()) : delivery.key;
  events::EventDraft draft = events::make_draft(said, topic.settings.shape, std::move(key), {now, {}});
  events::EventCopy event;
  event.event_id = std::move(draft.event_id);
  event.key = std::move(draft.key);
  event.type = std::move(draft.type);
  event.stored_at = unix_milliseconds(now);
  event.headers = std::move(draft.headers);
  event.body = std::move(draft.body);
  return event;
}

std::string reason_of(const events::CallOutcome& outcome, const events::Verdict& verdict) {
  if (!verdict.reason.empty()) return verdict.reason;
  if (!outcome.answer.error.empty()) return outcome.answer.error;
  if (!outcome.answer.message.empty()) return outcome.answer.message;
  return "answered " + std::to_string(outcome.answer.http_status);
}

/// What one attempt means, as a runner of subscriptions reads it.
void judge_attempt(const Attempt& attempt, const events::SubscriptionSpec& spec, WallTime now, OfflineAnswer& answer) {
  const events::CallOutcome& outcome = attempt.outcome;
  if (!outcome.refused.empty()) {
    answer.delivery = DeliveryResult::kDead;
    answer.reason = outcome.refused;
    return;
  }
  const events::Tried tried{1, WallTime(std::chrono::milliseconds(attempt.event.stored_at))};
  const events::Verdict verdict = events::judge(outcome.answer.to_judge(), tried, spec.settings.retry, now);
  if (verdict.kind == events::Verdict::Kind::kDone) {
    answer.delivery = DeliveryResult::kDelivered;
    return;
  }
  answer.delivery = verdict.kind == events::Verdict::Kind::kRetry ? DeliveryResult::kRetrying : DeliveryResult::kDead;
  answer.reason = reason_of(outcome, verdict);
}

}  // namespace

OfflineAnswer OfflineGateway::deliver(const OfflineDelivery& delivery, const std::vector<ScriptedAnswer>& systems) {
  OfflineAnswer answer;
  systems_.begin(systems);
  worker_.refresh_clock();
  const auto spec = compiled_.subscriptions->find(delivery.subscription);
  if (!spec) {
    answer.problem = "unknown subscription \"" + delivery.subscription + '"';
    return answer;
  }
  Attempt attempt;
  attempt.event = event_of(delivery, *spec->topic, clock_.wall());
  events::Preparation ready = events::prepare(*spec, attempt.event.body, false, worker_.chunks());
  if (ready.kind == events::Preparation::Kind::kSend) {
    attempt.event.sent = std::move(ready.sent);
    worker_.spawn(make_attempt(context_, *spec, attempt));
    go_on([&] { return attempt.ended; }, [this] { return systems_.pump(); });
    judge_attempt(attempt, *spec, clock_.wall(), answer);
  } else {
    const bool left_out = ready.kind == events::Preparation::Kind::kLeftOut;
    answer.delivery = left_out ? DeliveryResult::kFiltered : DeliveryResult::kDead;
    answer.reason = std::move(ready.reason);
  }
  answer.reason = systems_.as_configured(std::move(answer.reason));
  answer.calls = systems_.calls();
  // A call that nobody has seen was one that a system refused.
  const bool refused = answer.calls.empty() && !attempt.outcome.answer.error.empty();
  answer.unused = systems_.unused(answer.calls.size() + (refused ? 1 : 0));
  return answer;
}

}  // namespace causeway::app
