#include "app/cluster_register.h"

#include <algorithm>
#include <utility>

namespace causeway::app {
namespace {

std::string_view name_of_cluster(const std::shared_ptr<const upstream::Cluster>& cluster) {
  return *cluster->settings().name;
}

std::string_view text_of(resilience::Breaker::State state) {
  using State = resilience::Breaker::State;
  switch (state) {
    case State::kClosed:
      return "closed";
    case State::kHalfOpen:
      return "half_open";
    case State::kOpen:
      return "open";
  }
  return {};
}

}  // namespace

void ClusterRegister::take(Clusters clusters) {
  std::ranges::sort(clusters, {}, name_of_cluster);
  std::map<std::string, telemetry::Collected> before = std::exchange(gauges_, {});
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.emplace_back(name_of_cluster(cluster));
  {
    const std::lock_guard lock(mutex_);
    std::swap(clusters_, clusters);
  }
  // Outside of the lock, which a scrape takes from within the metrics; and what was there goes last.
  for (const std::string& name : names) {
    const auto known = before.find(name);
    gauges_.emplace(name, known != before.end() ? std::move(known->second) : show_breaker(name));
  }
}

telemetry::Collected ClusterRegister::show_breaker(const std::string& name) {
  return metrics_.collect_gauge("causeway_circuit_breaker_state",
                                "0: closed; 1: half-open, probes decide; 2: open, callers are turned away.",
                                {{"cluster", name}}, [this, name] {
                                  const std::lock_guard lock(mutex_);
                                  const upstream::Cluster* const cluster = find(name);
                                  if (cluster == nullptr) return 0.0;
                                  const auto& settings = cluster->settings().circuit_breaker;
                                  return static_cast<double>(cluster->state().breaker.state(settings));
                                });
}

const upstream::Cluster* ClusterRegister::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(clusters_, name, {}, name_of_cluster);
  return found == clusters_.end() || name_of_cluster(*found) != name ? nullptr : found->get();
}

upstream::EndpointState* ClusterRegister::find(std::string_view name, std::string_view endpoint) const {
  const upstream::Cluster* const cluster = find(name);
  if (cluster == nullptr) return nullptr;
  const upstream::EndpointSet& endpoints = cluster->endpoints();
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    if (endpoints[i].endpoint->name() == endpoint) return endpoints[i].state.get();
  return nullptr;
}

std::int64_t ClusterRegister::wall(SteadyTime time) const {
  return unix_milliseconds(clock_.wall() + std::chrono::round<std::chrono::milliseconds>(time - clock_.steady()));
}

admin::ClusterView ClusterRegister::view(const upstream::Cluster& cluster) const {
  const upstream::ClusterSettings& settings = cluster.settings();
  const upstream::ClusterState& state = cluster.state();
  const resilience::BreakerSettings& breaker = settings.circuit_breaker;
  const SteadyTime now = clock_.steady();

  admin::ClusterView view;
  view.name = *settings.name;
  view.system = settings.system;
  view.kind = config::name_of(settings.kind);
  view.load_balancing = config::name_of(settings.load_balancing);
  view.breaker.enabled = breaker.enabled;
  view.breaker.state = text_of(state.breaker.state(breaker));
  const resilience::Breaker::Counts counts = state.breaker.counts(breaker);
  view.breaker.calls = counts.calls;
  view.breaker.failures = counts.failures;
  view.breaker.slow = counts.slow;
  if (const auto opened = state.breaker.opened_at(breaker)) {
    view.breaker.opened_at = wall(*opened);
    view.breaker.retry_at = wall(*opened + breaker.open_for);
  }
  view.active = state.budget.active();
  view.waiting = state.turns->waiting();
  view.retries = state.budget.retries();
  const upstream::EndpointSet& endpoints = cluster.endpoints();
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const upstream::EndpointSet::Member& member = endpoints[i];
    admin::EndpointView& its = view.endpoints.emplace_back();
    its.address = member.endpoint->name();
    its.weight = member.weight;
    its.healthy = member.state->healthy();
    const SteadyTime until = member.state->ejected_until();
    its.ejected = until > now;
    if (its.ejected) its.ejected_by = member.state->ejected_by_hand() ? "operator" : "failures";
    if (its.ejected && until != SteadyTime::max()) its.ejected_until = wall(until);
    its.idle = member.endpoint->idle();
    its.active = member.in_flight();
    const upstream::SharedAddresses addresses = member.endpoint->addresses();
    for (const net::SocketAddress& address : *addresses) its.addresses.push_back(upstream::text_of(address));
  }
  return view;
}

std::vector<admin::ClusterView> ClusterRegister::clusters() {
  const std::lock_guard lock(mutex_);
  std::vector<admin::ClusterView> views;
  for (const auto& cluster : clusters_) views.push_back(view(*cluster));
  return views;
}

Result<admin::ClusterView> ClusterRegister::cluster(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const upstream::Cluster* const cluster = find(name);
  if (cluster == nullptr) return Error(Code::kNoSuchThing);
  return view(*cluster);
}

Result<admin::ClusterView> ClusterRegister::eject(std::string_view name, std::string_view endpoint,
                                                  std::optional<Duration> time) {
  const std::lock_guard lock(mutex_);
  upstream::EndpointState* const state = find(name, endpoint);
  if (state == nullptr) return Error(Code::kNoSuchThing);
  state->eject(time ? clock_.steady() + *time : SteadyTime::max());
  return view(*find(name));
}

Result<admin::ClusterView> ClusterRegister::restore(std::string_view name, std::string_view endpoint) {
  const std::lock_guard lock(mutex_);
  upstream::EndpointState* const state = find(name, endpoint);
  if (state == nullptr) return Error(Code::kNoSuchThing);
  state->restore();
  return view(*find(name));
}

Result<admin::ClusterView> ClusterRegister::reset(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const upstream::Cluster* const cluster = find(name);
  if (cluster == nullptr) return Error(Code::kNoSuchThing);
  cluster->state().breaker.reset();
  const upstream::EndpointSet& endpoints = cluster->endpoints();
  for (std::size_t i = 0; i < endpoints.size(); ++i) endpoints[i].state->restore();
  return view(*cluster);
}

}  // namespace causeway::app
