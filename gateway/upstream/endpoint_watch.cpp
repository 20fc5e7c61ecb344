#include "upstream/endpoint_watch.h"

#include <algorithm>

namespace causeway::upstream {
namespace {

using Members = std::vector<WatchedCluster::Member>;

bool is_well(const EndpointState& state, SteadyTime now) { return state.well(now); }
bool is_ejected(const EndpointState& state, SteadyTime now) { return state.ejected(now); }
/// Each is counted once.
bool is_only_unhealthy(const EndpointState& state, SteadyTime now) { return !state.healthy() && !state.ejected(now); }

}  // namespace

void EndpointWatch::take(std::vector<WatchedCluster> clusters) {
  const auto before = std::exchange(seen_, {});
  std::vector<telemetry::Collected> old = std::exchange(collected_, {});
  for (const WatchedCluster& cluster : clusters) {
    for (const WatchedCluster::Member& member : cluster.members) {
      const auto known = before.find(member.state.get());
      const bool ejected = known != before.end() && known->second.ejected;
      seen_.emplace(member.state.get(), Seen{cluster.cluster, member.name, member.state, ejected});
    }
    collect(cluster);
  }
}

void EndpointWatch::collect(const WatchedCluster& cluster) {
  constexpr std::string_view kEndpoints = "causeway_upstream_endpoints";
  constexpr std::string_view kEndpointsHelp = "Endpoints by what checks and ejections say of them.";
  const auto shared = std::make_shared<const Members>(cluster.members);
  const auto gauge = [&](const char* state, bool (*counts)(const EndpointState&, SteadyTime)) {
    collected_.push_back(
        metrics_.collect_gauge(kEndpoints, kEndpointsHelp, {{"cluster", cluster.cluster}, {"state", state}},
                               [shared, counts, &clock = clock_] {
                                 const SteadyTime now = clock.steady();
                                 return static_cast<double>(std::ranges::count_if(
                                     *shared, [&](const auto& member) { return counts(*member.state, now); }));
                               }));
  };
  gauge("well", is_well);
  gauge("unhealthy", is_only_unhealthy);
  gauge("ejected", is_ejected);
  for (const WatchedCluster::Member& member : cluster.members)
    collected_.push_back(
        metrics_.collect_counter("causeway_upstream_ejections_total", "Times that failures had an endpoint ejected.",
                                 {{"cluster", cluster.cluster}, {"endpoint", member.name}},
                                 [state = member.state] { return static_cast<double>(state->ejections()); }));
}

void EndpointWatch::look(SteadyTime now) {
  for (auto& [state, seen] : seen_) {
    const bool ejected = state->ejected(now);
    if (ejected == seen.ejected) continue;
    seen.ejected = ejected;
    tell_({seen.cluster, seen.endpoint, ejected, ejected && state->ejected_by_hand(), state->ejected_until()});
  }
}

}  // namespace causeway::upstream
