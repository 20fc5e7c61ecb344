#include "events/subscription/delivery_call.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "core/error_words.h"
#include "core/json_scan.h"
#include "events/subscription/rendering.h"
#include "telemetry/request_id.h"
#include "telemetry/trace_context.h"

namespace causeway::events {
namespace {

constexpr std::size_t kBodyStart = 1024;
constexpr std::string_view kJson = "application/json";

/// The trace that the event's publisher was in goes on.
telemetry::TraceContext trace_of(const EventCopy& event, telemetry::Random& random) {
  const auto parent = json_string_value(find_member(event.headers, "traceparent"));
  const auto state = json_string_value(find_member(event.headers, "tracestate"));
  const std::string_view parents[] = {parent ? std::string_view(*parent) : std::string_view()};
  const std::string_view states[] = {state ? std::string_view(*state) : std::string_view()};
  return telemetry::TraceContext::from_request(std::span(parents, parent ? 1 : 0), std::span(states, state ? 1 : 0),
                                               random);
}

/// Everything that a call refers to, alive until its answer was read.
struct OneCall {
  OneCall(WorkerContext& context, const SubscriptionSpec& its_spec, const EventCopy& its_event, Place place)
      : spec(its_spec),
        event(its_event),
        key(event.event_id + "/" + spec.name()),
        sequence(std::to_string(place.position)),
        request_id(event.event_id, context.worker.wall_now(), context.random),
        trace(trace_of(event, context.random)),
        arena(context.worker.chunks()),
        headers(&arena),
        body(event.said()),
        rendered(&arena),
        answer(arena) {
    using net::HeaderId;
    headers.add(HeaderId::kContentType, kJson);
    headers.add(HeaderId::kIdempotencyKey, key);
    headers.add("X-Causeway-Sequence", sequence);
    headers.add(HeaderId::kXRequestId, request_id.view());
    headers.add(HeaderId::kTraceparent, trace.traceparent());
    if (!trace.tracestate().empty()) headers.add(HeaderId::kTracestate, trace.tracestate());
    request.method = spec.target.method;
    request.method_name = net::method_name(request.method);
    request.headers = &headers;
    request.body = &body;
    request.repeatable = true;  // by its Idempotency-Key
  }
  /// What is this event's own about the call.
  Result<> render() {
    Result<> done = render_call(spec.target, event.said(), event.body, rendered);
    if (!done) return done;
    request.target = rendered.target;
    for (const auto& [name, value] : rendered.headers) headers.add(name, value);
    return {};
  }

  const SubscriptionSpec& spec;
  const EventCopy& event;
  const std::string key;
  const std::string sequence;
  const telemetry::RequestId request_id;
  const telemetry::TraceContext trace;
  runtime::Arena arena;
  net::Headers headers;
  Body body;
  RenderedCall rendered;
  upstream::CallRequest request;
  upstream::CallResponse answer;  // last: its connection goes back first
};

void log(WorkerContext& context, const OneCall& call, const CallOutcome& outcome, Bytes answer_body, std::uint32_t code,
         std::uint32_t attempt) {
  const UnderstoodAnswer& answer = outcome.answer;
  const bool ok = code == number(Code::kSuccess);
  const std::string said = "answered " + std::to_string(answer.http_status);
  std::string_view why = said;
  if (!answer.message.empty()) why = answer.message;
  if (!answer.error.empty()) why = answer.error;
  if (!answer.refused.empty()) why = answer.refused;
  telemetry::CallRecord record;
  record.time = outcome.began;
  record.failed = !ok;
  record.system = call.spec.target.cluster->settings().system;
  record.method = call.spec.target.operation;
  record.request = {call.event.said(), call.event.said().size(), kJson};
  record.response = {answer_body, answer_body.size(),
                     call.answer.head.headers.get(net::HeaderId::kContentType).value_or(std::string_view())};
  record.cost = outcome.took;
  record.status = answer.http_status;
  record.code = code;
  record.attempt = attempt;
  record.route = call.spec.name();
  record.trace = call.trace.trace_id();
  record.request_id = call.request_id.view();
  record.error = ok ? std::string_view() : why;
  context.log.write(record);
}

/// What the log says of an answer that came: what it named itself, else its status.
std::uint32_t code_of(const UnderstoodAnswer& answer) {
  if (answer.refused.empty() && is_done(answer.to_judge())) return number(Code::kSuccess);
  if (answer.code != 0) return answer.code;
  if (!answer.refused.empty()) return number(Code::kTransformRefused);
  if (answer.http_status >= 300) return static_cast<std::uint32_t>(answer.http_status) * 100;
  return number(Code::kUpstreamNonsense);  // not what done_when or the envelope promised
}

/// Reads each answer as far as somebody wants to see it, and says what it means for the system.
class Reader final : public upstream::AnswerReader {
 public:
  Reader(const SubscriptionSpec& spec, const EventCopy& event, runtime::Arena& arena)
      : spec_(spec), event_(event), arena_(arena) {}

  Task<Result<CallClass>> read(upstream::CallResponse& from) override {
    Result<Bytes> gathered = co_await from.body.gather(answer_limit(spec_));
    if (!gathered && gathered.error().code() != Code::kBodyTooLarge) co_return std::move(gathered.error());
    body = gathered ? *gathered : Bytes();
    answer = understand(spec_, event_.body, from.head.status, body, gathered.ok(), &arena_);
    co_return class_of();
  }

  void forget() noexcept override {
    answer = {};
    body = {};
  }

  UnderstoodAnswer answer;
  Bytes body;

 private:
  /// done_when and a transform decide about the event, not about the system.
  CallClass class_of() const {
    if (answer.outcome) return *answer.outcome;
    return class_of_status(answer.status != 0 ? answer.status : answer.http_status);
  }

  const SubscriptionSpec& spec_;
  const EventCopy& event_;
  runtime::Arena& arena_;
};

/// The system was not asked: its breaker is open, or the gateway stops while the event waits for its turn.
bool is_put_off(Code code) {
  return code == Code::kBreakerOpen || code == Code::kCallerLeft || code == Code::kOverloaded;
}

}  // namespace

Task<CallOutcome> deliver(WorkerContext& context, const SubscriptionSpec& spec, const EventCopy& event, Place place,
                          std::uint32_t attempt, runtime::Cancel* cancel) {
  runtime::Worker& worker = context.worker;
  worker.refresh_clock();
  OneCall call(context, spec, event, place);
  CallOutcome outcome;
  outcome.began = worker.wall_now();
  Result<> rendered = call.render();
  if (!rendered) {
    outcome.refused = words_of(rendered.error());
    co_return outcome;
  }
  const SteadyTime began = worker.now();
  upstream::CallOptions options;
  options.deadline = began + spec.target.timeout;
  options.connect_timeout = spec.target.connect_timeout;
  options.pace.total = spec.target.timeout;
  options.shard = &context.shard;
  options.cancel = cancel;
  options.patient = true;
  Reader reader(spec, event, call.arena);
  options.reader = &reader;
  Result<> called = co_await spec.target.cluster->call(worker, call.request, call.answer, options);
  worker.refresh_clock();
  outcome.took = worker.now() - began;
  if (!called && is_put_off(called.error().code())) {
    outcome.put_off = std::chrono::seconds(std::max(1, called.error().info().retry_after_seconds));
    co_return outcome;
  }
  if (!called) {
    outcome.answer.error = words_of(called.error());
  } else {
    outcome.answer = std::move(reader.answer);
    outcome.answer.retry_after = call.answer.head.headers.get(net::HeaderId::kRetryAfter).value_or(std::string_view());
    outcome.body = reader.body.substr(0, kBodyStart);
    outcome.refused = outcome.answer.refused;
  }
  log(context, call, outcome, reader.body, called ? code_of(outcome.answer) : number(called.error().code()), attempt);
  co_return outcome;
}

}  // namespace causeway::events
