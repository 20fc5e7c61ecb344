// A system as the gateway reaches it: its endpoints and the rules of a call. Part of a snapshot; what is learnt about
// it and the connections behind it outlive snapshots (cluster_state.h, endpoint.h).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telemetry/metrics.h"
#include "telemetry/random.h"
#include "upstream/answer_rules.h"
#include "upstream/call.h"
#include "upstream/cluster_settings.h"
#include "upstream/cluster_state.h"
#include "upstream/endpoint_registry.h"
#include "upstream/endpoint_set.h"
#include "upstream/reach.h"
#include "upstream/retry.h"

namespace causeway::upstream {

/// What clusters share with the process. All of it outlives them.
struct ClusterWorld {
  EndpointRegistry& endpoints;
  ClusterStates& states;
  telemetry::Metrics& metrics;
  const telemetry::StandardLabels& labels;
  std::shared_ptr<const expression::Surroundings> expressions = nullptr;  ///< null: the defaults
};

/// The handles that calls are counted with, registered once a cluster and configuration.
struct ClusterMetrics {
  telemetry::CounterTable requests;  ///< causeway_upstream_requests_total{cluster,endpoint,status}
  telemetry::Histogram duration;     ///< causeway_upstream_duration_seconds{cluster}
  telemetry::CounterTable retries;   ///< causeway_upstream_retries_total{cluster,reason}
  telemetry::LabelId cluster{};
  telemetry::LabelId no_answer{};
  std::array<telemetry::LabelId, 7> reasons{};  ///< by RetryReason::Kind, then `connection` and `credentials`
  const telemetry::StandardLabels* labels = nullptr;
};

class Cluster {
 public:
  /// What is wrong with its rules goes to `errors`.
  Cluster(ClusterSettings settings, const ClusterWorld& world, config::Errors& errors, Reach reach = {});

  const ClusterSettings& settings() const { return settings_; }
  /// What its answers mean.
  const AnswerRules& rules() const { return rules_; }
  /// Must a request's body be whole for what the system is shown?
  bool needs_body() const { return reach_.credentials && reach_.credentials->needs_body(); }
  const EndpointSet& endpoints() const { return endpoints_; }
  ClusterState& state() const { return *state_; }
  /// Names that had no address when the configuration was taken.
  std::vector<std::string> unresolved() const;

  /// One call on `worker`, outside in: breaker and limits, then attempts until one counts: picks an endpoint, sends,
  /// reads the head of the answer and what it means. Another endpoint, a fresh connection or, as `retry` says, another
  /// attempt is tried only where resending is safe. The error's code says what happened to the call: 50290 unreachable,
  /// 50291 broke off, 50292 nonsense, 50390 the breaker is open, 50391 no turn, 50490 too late, 50491 the outcome of an
  /// unsafe call is unknown, 49990 the caller left.
  Task<Result<>> call(runtime::Worker& worker, const CallRequest& request, CallResponse& response,
                      const CallOptions& options) const;

 private:
  struct alignas(64) Draws {
    telemetry::Random random = telemetry::Random::from_system();
  };
  class Tries;

  std::optional<Error> refusal(SteadyTime now) const;
  /// A failure of the system was the last word of a call, or it works again.
  void tell(bool failed, const Error* error, int status, SteadyTime now) const;
  void count_retry(const CallOptions& options, std::size_t reason) const;
  void count(std::size_t endpoint, const CallOptions& options, int status) const;

  ClusterSettings settings_;
  AnswerRules rules_;
  RetryRules retry_;
  ClusterMetrics metrics_;
  std::shared_ptr<ClusterState> state_;
  Reach reach_;
  EndpointSet endpoints_;
  const ClusterStates& states_;
  mutable std::vector<Draws> draws_;  // one a worker
};

}  // namespace causeway::upstream
