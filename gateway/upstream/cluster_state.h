// What a system's cluster must not forget when a configuration replaces another: kept by the cluster's name.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "resilience/breaker.h"
#include "resilience/gcra.h"
#include "resilience/retry_budget.h"
#include "telemetry/alert_sink.h"
#include "upstream/endpoint_state.h"
#include "upstream/turns.h"

namespace causeway::upstream {

/// Thread safe.
struct ClusterState {
  explicit ClusterState(std::span<runtime::Worker* const> workers)
      : breaker(workers.size()),
        budget(workers.size()),
        turns(std::make_shared<Turns>(workers)),
        endpoints(workers.size()) {}

  resilience::Breaker breaker;
  resilience::RetryBudget budget;
  resilience::Gcra rate;
  std::shared_ptr<Turns> turns;
  EndpointStates endpoints;
  std::atomic<std::int64_t> alerted_at{0};  ///< nanoseconds of the steady clock; 0: no alert fires
};

/// Off the workers, one thread at a time; but for `alerts`.
class ClusterStates {
 public:
  /// `workers` outlive it and everything that it hands out.
  explicit ClusterStates(std::span<runtime::Worker* const> workers) : workers_(workers) {}

  std::span<runtime::Worker* const> workers() const { return workers_; }
  /// One for each name, as long as a configuration uses it.
  std::shared_ptr<ClusterState> get(const std::string& cluster);

  /// Where failed calls are told; null: nowhere. Outlives all calls.
  void alert_to(telemetry::AlertSink* alerts) { alerts_ = alerts; }
  telemetry::AlertSink* alerts() const { return alerts_; }

 private:
  std::span<runtime::Worker* const> workers_;
  std::atomic<telemetry::AlertSink*> alerts_{nullptr};
  std::map<std::string, std::weak_ptr<ClusterState>> known_;
};

}  // namespace causeway::upstream
