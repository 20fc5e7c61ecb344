#include "upstream/cluster.h"

#include <algorithm>

#include "core/retry_after.h"
#include "upstream/failure_alert.h"
#include "upstream/outcome.h"
#include "upstream/tries.h"

namespace causeway::upstream {
namespace {

using resilience::Breaker;

constexpr Duration kAlertInterval = std::chrono::minutes(1);

}  // namespace

Cluster::Cluster(ClusterSettings settings, const ClusterWorld& world, config::Errors& errors, Reach reach)
    : settings_(std::move(settings)),
      rules_(settings_, world.metrics, errors, world.expressions),
      retry_(settings_.retry),
      state_(world.states.get(*settings_.name)),
      reach_(std::move(reach)),
      endpoints_(settings_, world.endpoints, state_->endpoints, world.states.workers().size(), world.metrics,
                 reach_.tls),
      states_(world.states),
      draws_(world.states.workers().size()) {
  telemetry::Metrics& metrics = world.metrics;
  metrics_.labels = &world.labels;
  metrics_.cluster = metrics.intern(*settings_.name);
  metrics_.no_answer = metrics.intern("none");
  metrics_.requests =
      metrics.counter_table("causeway_upstream_requests_total",
                            "Attempts at systems by the status of their answer; none: there was no answer.",
                            {"cluster", "endpoint", "status"});
  metrics_.duration =
      metrics.histogram("causeway_upstream_duration_seconds", "From the start of an attempt to the head of its answer.",
                        {{"cluster", *settings_.name}});
  metrics_.retries =
      metrics.counter_table("causeway_upstream_retries_total",
                            "Attempts after the first of a call, by what came of the one before; connection: it was "
                            "lost with an idle connection.",
                            {"cluster", "reason"}, 1024);
  constexpr std::array<std::string_view, 7> kReasons{"connect_failure", "reset",      "timeout",    "system",
                                                     "status",          "connection", "credentials"};
  for (std::size_t i = 0; i < kReasons.size(); ++i) metrics_.reasons[i] = metrics.intern(kReasons[i]);
}

std::vector<std::string> Cluster::unresolved() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (endpoints_[i].endpoint->addresses()->empty()) names.push_back(endpoints_[i].endpoint->name());
  return names;
}

std::optional<Error> Cluster::refusal(SteadyTime now) const {
  const auto wait = state_->breaker.refusal(settings_.circuit_breaker, now);
  if (!wait) return std::nullopt;
  Error error(Code::kBreakerOpen, "the breaker of " + *settings_.name + " is open", Resend::kIfUnsent);
  error.info().retry_after_seconds = retry_after_seconds(*wait);
  return error;
}

Task<Result<>> Cluster::call(runtime::Worker& worker, const CallRequest& request, CallResponse& response,
                             const CallOptions& options) const {
  if (std::optional<Error> refused = refusal(worker.now())) co_return std::move(*refused);
  SteadyTime deadline = options.deadline;
  if (settings_.limits.concurrent || settings_.limits.rate) {
    const SteadyTime came = worker.now();
    Result<Admission> admitted =
        co_await admit(worker, settings_.limits, *state_->turns, state_->rate, options.patient, options.cancel);
    if (!admitted) co_return std::move(admitted.error());
    response.admission = std::move(*admitted);
    if (options.patient) deadline += worker.now() - came;  // its time begins with its turn
  }
  const Breaker::Ticket ticket = state_->breaker.admit(settings_.circuit_breaker, worker.now());
  if (!ticket.admitted) {
    response.admission.give();
    std::optional<Error> refused = refusal(worker.now());
    if (refused) co_return std::move(*refused);
    co_return Error(Code::kBreakerOpen, "the breaker of " + *settings_.name + " was open", Resend::kIfUnsent);
  }
  BreakerCall judged(state_->breaker, settings_.circuit_breaker, worker, ticket);
  const resilience::ActiveCall active(state_->budget, worker.index());
  Tries tries(*this, worker, request, response, options, deadline);
  Result<> outcome = co_await tries.run();
  const bool nothing_learnt =
      !outcome && (says_nothing_about_the_system(outcome.error().code()) || tries.had_nothing_to_show());
  const bool failed = outcome ? response.call_class == CallClass::kSystem : !nothing_learnt;
  using Outcome = BreakerCall::Outcome;
  if (outcome && !failed && response.body.streams() && !judged.probe()) {
    judged.answered();
    response.breaker = std::move(judged);
  } else {
    judged.end(nothing_learnt ? Outcome::kNone : failed ? Outcome::kFailure : Outcome::kSuccess);
  }
  if (!nothing_learnt) tell(failed, outcome ? nullptr : &outcome.error(), response.head.status, worker.now());
  if (outcome) {
    response.source.conclude();
  } else {  // the system learns of it at once, and its connection is free for others
    response.source.release();
    response.lease = Lease();
    response.admission.give();
  }
  co_return outcome;
}

/// One alert a cluster, raised once an interval at most, and resolved by the first call that works after it. Calls of a
/// system that works only look at a number that nobody writes.
void Cluster::tell(bool failed, const Error* error, int status, SteadyTime now) const {
  std::atomic<std::int64_t>& alerted_at = state_->alerted_at;
  std::int64_t last = alerted_at.load(std::memory_order_relaxed);
  if (!failed && last == 0) return;
  const std::int64_t time = std::max<std::int64_t>(1, now.time_since_epoch().count());
  if (last != 0 && time - last < kAlertInterval.count()) return;
  telemetry::AlertSink* const alerts = states_.alerts();
  if (alerts == nullptr || !alerted_at.compare_exchange_strong(last, failed ? time : 0)) return;
  const telemetry::Labels labels{{"cluster", *settings_.name}};
  if (!failed) return alerts->resolve(kFailureAlert, labels);
  const std::string why = error != nullptr
                              ? std::to_string(number(error->code())) + ' ' + std::string(code_info(error->code()).name)
                              : "it answered " + std::to_string(status);
  alerts->raise(kFailureAlert, labels, "calls of " + settings_.system + " fail, after all attempts: " + why);
}

void Cluster::count(std::size_t endpoint, const CallOptions& options, int status) const {
  if (options.shard == nullptr) return;
  const telemetry::LabelId label = status == 0 ? metrics_.no_answer : metrics_.labels->status(status);
  options.shard->add(metrics_.requests, {metrics_.cluster, endpoints_[endpoint].label, label});
}

void Cluster::count_retry(const CallOptions& options, std::size_t reason) const {
  if (options.shard != nullptr) options.shard->add(metrics_.retries, {metrics_.cluster, metrics_.reasons[reason]});
}

void CallResponse::drop() {
  source.forget();
  body = Body();
  first_piece = {};
  head.clear();
  lease = Lease();
  memory = LentBuffer();
}

}  // namespace causeway::upstream
