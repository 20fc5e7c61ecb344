// What happens to clusters beside their calls, on the control thread: health checks, names that are looked up again,
// and what is shown and logged of endpoints.
#pragma once

#include <memory>
#include <span>

#include "app/breaker_watch.h"
#include "runtime/worker.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "upstream/cluster.h"
#include "upstream/endpoint_registry.h"
#include "upstream/endpoint_watch.h"
#include "upstream/health_checker.h"

namespace causeway::app {

/// Used by whoever starts and reloads, one at a time.
class ClusterWatch {
 public:
  /// How often names and ejections are looked at.
  static constexpr Duration kLook = std::chrono::milliseconds(200);

  /// Starts the thread. Everything given outlives it.
  ClusterWatch(upstream::EndpointRegistry& endpoints, telemetry::Metrics& metrics, telemetry::LogThread& log,
               const Clock& clock);
  /// Cuts what is in flight and ends the thread. The workers must still run.
  ~ClusterWatch();

  /// The clusters of the configuration that serves from now on. What is known of endpoints that stay is kept. When it
  /// returns, metrics and checks are theirs.
  void take(std::span<const std::shared_ptr<const upstream::Cluster>> clusters);

 private:
  class Look final : public runtime::TimerHook {
   public:
    explicit Look(ClusterWatch& watch) : watch_(watch) {}

   private:
    void on_timer() override { watch_.look(); }
    ClusterWatch& watch_;
  };

  void look();
  void tell_names();
  void tell_health(const upstream::CheckTarget& target, const std::string& problem);
  void tell_ejection(const upstream::EndpointWatch::News& news);

  upstream::EndpointRegistry& endpoints_;
  telemetry::LogThread& log_;
  runtime::Worker worker_;
  upstream::EndpointWatch watch_;
  BreakerWatch breakers_;
  upstream::HealthChecker checker_;
  Look look_{*this};
};

}  // namespace causeway::app
