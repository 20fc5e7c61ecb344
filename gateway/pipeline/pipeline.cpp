#include "pipeline/pipeline.h"

#include "exchange/reply.h"
#include "pipeline/arrival.h"
#include "pipeline/steps.h"

namespace causeway::pipeline {
namespace {

/// Kept in the exchange: the configuration that it began with, and the plan that it follows.
struct Bound final {
  std::shared_ptr<const std::shared_ptr<const Snapshot>> snapshot;
  const RoutePlan* plan = nullptr;
};

constexpr std::uint64_t kSmallBody = 64 * 1024;

Error refusal(Code code, std::string_view reason) {
  Error error(code);
  error.info().reason = reason;
  return error;
}

void announce_lifecycle(Exchange& exchange) {
  if (exchange.match.version == nullptr) return;
  const routing::LifecycleHeaders headers = exchange.match.version->headers(exchange.worker.wall_now());
  if (!headers.deprecation.empty()) exchange.response.add_extra(net::HeaderId::kDeprecation, headers.deprecation);
  if (!headers.sunset.empty()) exchange.response.add_extra(net::HeaderId::kSunset, headers.sunset);
  std::pmr::string link(&exchange.arena);
  exchange.match.version->append_link(exchange.worker.wall_now(), exchange.request.path, link);
  if (!link.empty()) exchange.response.add_extra(net::HeaderId::kLink, exchange.arena.copy(link));
}

}  // namespace

Pipeline::Pipeline(std::size_t workers, telemetry::Metrics& metrics, const telemetry::StandardLabels& labels)
    : held_(workers), recorder_(metrics, labels) {}

void Pipeline::take(const runtime::Worker& worker, std::shared_ptr<const Snapshot> snapshot) {
  held_[worker.index()] = std::make_shared<const std::shared_ptr<const Snapshot>>(std::move(snapshot));
}

void Pipeline::begin(Exchange& exchange) {
  telemetry::Random& random = exchange.context.random;
  const net::RequestHead* head = exchange.request.head;
  std::array<std::string_view, 4> parents;
  std::array<std::string_view, 8> states;
  std::size_t parent_count = 0;
  std::size_t state_count = 0;
  std::string_view offered;
  if (head != nullptr) {
    if (head->headers.count(net::HeaderId::kXRequestId) == 1) offered = *head->headers.get(net::HeaderId::kXRequestId);
    if (head->headers.contains(net::HeaderId::kTraceparent)) {
      for (const net::HeaderField& field : head->headers) {
        if (field.id == net::HeaderId::kTraceparent && parent_count < parents.size())
          parents[parent_count++] = field.value;
        if (field.id == net::HeaderId::kTracestate && state_count < states.size()) states[state_count++] = field.value;
      }
    }
  }
  exchange.request_id = telemetry::RequestId(offered, exchange.started_at, random);
  exchange.trace =
      telemetry::TraceContext::from_request({parents.data(), parent_count}, {states.data(), state_count}, random);
}

const RoutePlan* Pipeline::match(Exchange& exchange, const Snapshot& snapshot, Result<>& verdict) {
  Result<Arrival> arrival =
      arrive(*exchange.request.head, *snapshot.routes, exchange.worker.wall_now(), exchange.arena);
  if (!arrival) {
    verdict = std::move(arrival.error());
    return nullptr;
  }
  exchange.request.path = arrival->path;
  exchange.match = arrival->match;
  const routing::MatchResult& found = exchange.match;
  if (const std::optional<Code> code = refusal_of(found.outcome)) verdict = refusal(*code, code_info(*code).name);
  switch (found.outcome) {
    case routing::Outcome::kFound:
      return snapshot.plans[found.route->index].get();
    case routing::Outcome::kOptions:
      exchange.response.status = 204;
      exchange.response.headers.add(net::HeaderId::kAllow, found.allow);
      return nullptr;
    case routing::Outcome::kMethodNotAllowed:
      exchange.response.add_extra(net::HeaderId::kAllow, found.allow);
      return nullptr;
    case routing::Outcome::kSunset:
      announce_lifecycle(exchange);
      verdict.error().info().details = found.version->sunset_details();
      return snapshot.plans[found.route->index].get();
    case routing::Outcome::kNoRoute:
    case routing::Outcome::kVersionNotAcceptable:
      return nullptr;
  }
  return nullptr;
}

Task<> Pipeline::handle(Exchange& exchange) {
  begin(exchange);
  Bound& bound = exchange.own<Bound>(held_[exchange.worker.index()]);
  exchange.bound = &bound;
  Result<> verdict;
  const RoutePlan* plan = match(exchange, **bound.snapshot, verdict);
  bound.plan = plan;
  if (plan != nullptr) exchange.route = &plan->context;
  if (plan != nullptr && verdict.ok()) {
    if (plan->context.request_body) exchange.body_limit = bytes(*plan->context.request_body);
    if (plan->context.body_timeout) exchange.pace.total = *plan->context.body_timeout;
    announce_lifecycle(exchange);
    try {
      verdict = co_await run(exchange, *plan);
    } catch (const std::exception& exception) {
      verdict = Error(Code::kInternal, exception.what());
    }
  }
  if (!verdict) reply_error(exchange, verdict.error());
  if (exchange.guard != nullptr) co_await exchange.guard->finish(exchange);
}

Task<Result<>> Pipeline::run(Exchange& exchange, const RoutePlan& plan) {
  Steps on_head(plan.on_head, &Plugin::on_head);
  std::optional<Result<Flow>> flow = on_head.at_once(exchange);
  if (!flow) flow = co_await on_head.rest(exchange);
  if (!*flow) co_return std::move(flow->error());
  if (**flow == Flow::kContinue) {
    const bool whole = plan.whole_request || exchange.request.gather;
    std::optional<Result<>> body = read_arrived(exchange, whole);
    if (!body) body = co_await read_body(exchange, whole);
    if (!*body) co_return std::move(*body);
    if (!exchange.request.body.streams()) exchange.request.received = exchange.request.body.whole();
    Steps on_body(plan.on_body, &Plugin::on_body);
    flow = on_body.at_once(exchange);
    if (!flow) flow = co_await on_body.rest(exchange);
    if (!*flow) co_return std::move(flow->error());
  }
  if (**flow == Flow::kContinue) {
    if (exchange.seen_before && exchange.guard == nullptr) co_return std::move(*exchange.seen_before);
    Result<> called = co_await plan.adapter->call(exchange);
    if (!called) co_return called;
  }
  if (exchange.final_answer) co_return Result<>();
  Steps on_response(plan.on_response, &Plugin::on_response);
  flow = on_response.at_once(exchange);
  if (!flow) flow = co_await on_response.rest(exchange);
  if (!*flow) co_return std::move(flow->error());
  const int status = exchange.response.status;
  if (exchange.code == 0 && status >= 400) exchange.code = static_cast<std::uint32_t>(status) * 100;
  if (exchange.failure.empty() && status >= 500) exchange.failure = "the system behind failed";
  co_return Result<>();
}

/// Refuses what is announced as too long before a byte of it is read. A body that somebody needs whole is gathered; so
/// is a small one: then a slow or malformed sender never costs the system behind a connection, and the call can be sent
/// again. Empty: not all of it is known to have come, and `read_body` waits for it.
std::optional<Result<>> Pipeline::read_arrived(Exchange& exchange, bool whole) {
  Body& body = exchange.request.body;
  if (!body.streams()) return Result<>();
  const auto declared = body.source()->declared_size();
  if (declared && *declared > exchange.body_limit) return refusal(Code::kBodyTooLarge, "body_too_large");
  if (!whole && declared && *declared > kSmallBody) return Result<>();
  std::optional<Result<Bytes>> gathered = body.gather_arrived();
  if (!gathered) return std::nullopt;
  if (!*gathered) return std::move(gathered->error());
  return Result<>();
}

Task<Result<>> Pipeline::read_body(Exchange& exchange, bool whole) {
  Body& body = exchange.request.body;
  if (!whole && !body.source()->declared_size()) {
    Result<bool> ended = co_await body.source()->prefetch(kSmallBody);
    if (!ended) co_return std::move(ended.error());
    if (!*ended) co_return Result<>();
  }
  Result<Bytes> gathered = co_await body.gather(exchange.body_limit);
  if (!gathered) co_return std::move(gathered.error());
  co_return Result<>();
}

void Pipeline::refuse(Exchange& exchange, Error error) {
  begin(exchange);
  reply_error(exchange, error);
  exchange.response.close = true;
}

void Pipeline::finished(Exchange& exchange, bool complete) noexcept {
  exchange.worker.refresh_clock();
  const auto* bound = static_cast<const Bound*>(exchange.bound);
  recorder_.record(exchange, bound != nullptr ? bound->snapshot->get() : nullptr,
                   bound != nullptr ? bound->plan : nullptr, complete);
}

}  // namespace causeway::pipeline
