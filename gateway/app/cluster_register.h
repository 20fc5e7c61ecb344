// The clusters in force, for the admin API: what is known of them, and what operators do to them; and the gauge of
// their circuit breakers.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "admin/cluster_port.h"
#include "core/clock.h"
#include "telemetry/metrics.h"
#include "upstream/cluster.h"

namespace causeway::app {

/// Thread safe, but for `take`: one thread at a time.
class ClusterRegister final : public admin::ClusterPort {
 public:
  using Clusters = std::vector<std::shared_ptr<const upstream::Cluster>>;

  /// Both outlive it.
  ClusterRegister(telemetry::Metrics& metrics, const Clock& clock) : metrics_(metrics), clock_(clock) {}

  /// At a start and at a reload, in any order; none before the workers end. From now on
  /// causeway_circuit_breaker_state{cluster} shows these.
  void take(Clusters clusters);

  std::vector<admin::ClusterView> clusters() override;
  Result<admin::ClusterView> cluster(std::string_view name) override;
  Result<admin::ClusterView> eject(std::string_view name, std::string_view endpoint,
                                   std::optional<Duration> time) override;
  Result<admin::ClusterView> restore(std::string_view name, std::string_view endpoint) override;
  Result<admin::ClusterView> reset(std::string_view name) override;

 private:
  const upstream::Cluster* find(std::string_view name) const;
  /// Null: there is none.
  upstream::EndpointState* find(std::string_view name, std::string_view endpoint) const;
  admin::ClusterView view(const upstream::Cluster& cluster) const;
  std::int64_t wall(SteadyTime time) const;
  telemetry::Collected show_breaker(const std::string& name);

  telemetry::Metrics& metrics_;
  const Clock& clock_;
  // Held while a view is made: whoever makes one must not be the last who has a cluster, which is taken apart on the
  // thread of reloads.
  std::mutex mutex_;
  Clusters clusters_;  // by name
  std::map<std::string, telemetry::Collected> gauges_;
};

}  // namespace causeway::app
