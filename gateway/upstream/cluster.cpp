#include "upstream/cluster.h"

#include <algorithm>

#include "upstream/connection.h"
#include "upstream/outcome.h"

namespace causeway::upstream {
namespace {

constexpr Duration kEarlyAnswer = std::chrono::seconds(1);

/// Smooth weighted round robin, unrolled once: 2:1 becomes A B A, not A A B.
std::vector<std::uint32_t> interleave(const std::vector<EndpointSettings>& endpoints) {
  std::int64_t total = 0;
  for (const EndpointSettings& endpoint : endpoints) total += endpoint.weight;
  std::vector<std::int64_t> credit(endpoints.size(), 0);
  std::vector<std::uint32_t> schedule;
  for (std::int64_t turn = 0; turn < total; ++turn) {
    for (std::size_t i = 0; i < endpoints.size(); ++i) credit[i] += endpoints[i].weight;
    const auto best = std::max_element(credit.begin(), credit.end());
    *best -= total;
    schedule.push_back(static_cast<std::uint32_t>(best - credit.begin()));
  }
  return schedule;
}

/// The error of the call's last attempt, with the endpoint for the log.
Error conclude(Error error, const CallRequest& request, const CallResponse& response, const Endpoint& endpoint) {
  Error result = settle(std::move(error), request.method, response.sent);
  std::string& why = result.info().internal;
  if (why.empty()) why = "answered nonsense: " + result.info().reason;
  why = endpoint.name() + ": " + why;
  return result;
}

/// Only what is provably unsent, or what was lost with an idle connection that nobody had seen die and may safely come
/// twice. A connection of this call's own that breaks is the system's answer to it.
bool may_resend(const Error& error, const CallRequest& request, const CallResponse& response) {
  if (error.code() == Code::kUpstreamUnreachable) return true;  // not a byte of the body has been read
  if (error.code() != Code::kUpstreamBroke || request.body->streams() || !response.lease->used_before()) return false;
  if (error.resend() == Resend::kIfUnsent) return true;
  return error.resend() == Resend::kSafe && (request.repeatable || net::is_idempotent(request.method));
}

bool is_callers_fault(Code code) { return number(code) < 50000 || code == Code::kOverloaded; }

}  // namespace

Cluster::Cluster(ClusterSettings settings, EndpointRegistry& registry, std::size_t workers, telemetry::Metrics& metrics,
                 const telemetry::StandardLabels& labels, config::Errors& errors)
    : settings_(std::move(settings)),
      rules_(settings_, metrics, errors),
      schedule_(interleave(settings_.endpoints)),
      turns_(workers) {
  metrics_.labels = &labels;
  metrics_.cluster = metrics.intern(*settings_.name);
  metrics_.no_answer = metrics.intern("none");
  metrics_.requests =
      metrics.counter_table("causeway_upstream_requests_total",
                            "Attempts at systems by the status of their answer; none: there was no answer.",
                            {"cluster", "endpoint", "status"});
  metrics_.duration =
      metrics.histogram("causeway_upstream_duration_seconds", "From the start of an attempt to the head of its answer.",
                        {{"cluster", *settings_.name}});
  metrics_.retries = metrics.counter("causeway_upstream_retries_total", "Attempts after the first of a call.",
                                     {{"cluster", *settings_.name}, {"reason", "connection"}});
  for (const EndpointSettings& endpoint : settings_.endpoints) {
    std::shared_ptr<const Endpoint> shared = registry.get(endpoint.address);
    const telemetry::LabelId label = metrics.intern(shared->name());
    members_.push_back({std::move(shared), label});
  }
}

std::vector<std::string> Cluster::unresolved() const {
  std::vector<std::string> names;
  for (const Member& member : members_)
    if (member.endpoint->addresses().empty()) names.push_back(member.endpoint->name());
  return names;
}

std::size_t Cluster::pick(const runtime::Worker& worker) const {
  std::size_t& next = turns_[worker.index()].next;
  const std::uint32_t chosen = schedule_[next];
  next = next + 1 == schedule_.size() ? 0 : next + 1;
  return chosen;
}

Task<Result<>> Cluster::call(runtime::Worker& worker, const CallRequest& request, CallResponse& response,
                             const CallOptions& options) const {
  const std::size_t first = pick(worker);
  std::size_t at = first;
  bool fresh = false;
  for (;;) {
    const Member& member = members_[at];
    ++response.attempts;
    const SteadyTime began = worker.now();
    Result<> outcome = co_await attempt(worker, member, request, response, options, fresh);
    if (options.shard != nullptr && (outcome.ok() || !is_callers_fault(outcome.error().code())))
      options.shard->observe(metrics_.duration, worker.now() - began);
    if (outcome.ok()) {
      count(member, options, response.head.status);
      co_return outcome;
    }
    if (is_callers_fault(outcome.error().code())) co_return outcome;  // the caller's body failed, not the system
    count(member, options, 0);
    const bool unreachable = outcome.error().code() == Code::kUpstreamUnreachable;
    if (unreachable) at = at + 1 == members_.size() ? 0 : at + 1;
    const bool tried_all = unreachable && at == first;
    if (tried_all || worker.now() >= options.deadline || !may_resend(outcome.error(), request, response))
      co_return conclude(std::move(outcome.error()), request, response, *member.endpoint);
    // Another endpoint may have a living idle connection; of this one they may all have died with the one that was
    // tried.
    fresh = !unreachable;
    if (options.shard != nullptr) options.shard->add(metrics_.retries);
  }
}

Task<Result<>> Cluster::attempt(runtime::Worker& worker, const Member& member, const CallRequest& request,
                                CallResponse& response, const CallOptions& options, bool fresh) const {
  Pool& pool = member.endpoint->pool(worker);
  std::unique_ptr<Connection> connection = fresh ? nullptr : pool.take();
  if (!connection) {
    const auto& addresses = member.endpoint->addresses();
    if (addresses.empty()) co_return Error(Code::kUpstreamUnreachable, "the name has no address", Resend::kIfUnsent);
    const SteadyTime due = std::min(options.deadline, worker.now() + options.connect_timeout);
    // A name may have addresses that nobody listens on (`localhost` is often ::1 first).
    net::IoResult connected;
    for (const net::SocketAddress& address : addresses) {
      connection = std::make_unique<Connection>(worker);
      connected = co_await connection->connect(address, due);
      if (connected.ok() || connected.status == net::IoStatus::kTimeout) break;
    }
    if (!connected.ok())
      co_return Error(Code::kUpstreamUnreachable,
                      connected.status == net::IoStatus::kTimeout ? "no connection in time" : "connection refused",
                      Resend::kIfUnsent);
  }
  response.lease = Lease(pool, std::move(connection));
  const bool sent_before = response.sent;
  const bool streamed = request.body->streams();
  const Duration patience = options.deadline - worker.now();
  response.sent = false;
  Result<> sent = co_await response.lease->send(request, member.endpoint->name(), response, options.deadline);
  const bool sent_now = response.sent;
  response.sent = response.sent || sent_before;
  if (!sent) {
    if (!sent_now && sent.error().code() == Code::kUpstreamBroke)
      co_return Error(Code::kUpstreamBroke, "closed before a byte was sent", Resend::kIfUnsent);
    if (sent.error().code() != Code::kUpstreamBroke) co_return sent;
    // A system that refuses a long body may answer and close before it has read all of it: that answer counts.
    CallOptions soon = options;
    soon.deadline = std::min(options.deadline, worker.now() + kEarlyAnswer);
    Result<> answered = co_await response.lease->receive(request, response, soon);
    if (answered) co_return answered;
    co_return sent;
  }
  CallOptions rest = options;
  if (streamed) rest.deadline = worker.now() + patience;  // an upload's own time does not count
  Result<> received = co_await response.lease->receive(request, response, rest);
  co_return received;
}

void Cluster::count(const Member& member, const CallOptions& options, int status) const {
  if (options.shard == nullptr) return;
  const telemetry::LabelId label = status == 0 ? metrics_.no_answer : metrics_.labels->status(status);
  options.shard->add(metrics_.requests, {metrics_.cluster, member.label, label});
}

}  // namespace causeway::upstream
