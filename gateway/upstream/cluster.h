// A system as the gateway reaches it: its endpoints and the rules of a call. Part of a snapshot; the connections behind
// it outlive snapshots (endpoint.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "telemetry/metrics.h"
#include "upstream/answer_rules.h"
#include "upstream/call.h"
#include "upstream/cluster_settings.h"
#include "upstream/endpoint.h"

namespace causeway::upstream {

/// The handles that calls are counted with, registered once a cluster and configuration.
struct ClusterMetrics {
  telemetry::CounterTable requests;  ///< causeway_upstream_requests_total{cluster,endpoint,status}
  telemetry::Histogram duration;     ///< causeway_upstream_duration_seconds{cluster}
  telemetry::Counter retries;        ///< causeway_upstream_retries_total{cluster,reason="connection"}
  telemetry::LabelId cluster{};
  telemetry::LabelId no_answer{};
  const telemetry::StandardLabels* labels = nullptr;
};

class Cluster {
 public:
  /// What is wrong with its rules goes to `errors`.
  Cluster(ClusterSettings settings, EndpointRegistry& registry, std::size_t workers, telemetry::Metrics& metrics,
          const telemetry::StandardLabels& labels, config::Errors& errors);

  const ClusterSettings& settings() const { return settings_; }
  /// What its answers mean.
  const AnswerRules& rules() const { return rules_; }
  /// Names that had no address when the configuration was taken.
  std::vector<std::string> unresolved() const;

  /// One call on `worker`: picks an endpoint, sends, reads the head of the answer. Another endpoint or a fresh
  /// connection is tried only where resending is provably safe. The error's code says what happened to the call: 50290
  /// unreachable, 50291 broke off, 50292 nonsense, 50490 too late, 50491 the outcome of an unsafe call is unknown.
  Task<Result<>> call(runtime::Worker& worker, const CallRequest& request, CallResponse& response,
                      const CallOptions& options) const;

 private:
  struct Member {
    std::shared_ptr<const Endpoint> endpoint;
    telemetry::LabelId label;
  };
  struct alignas(64) Turn {
    std::size_t next = 0;
  };

  std::size_t pick(const runtime::Worker& worker) const;
  Task<Result<>> attempt(runtime::Worker& worker, const Member& member, const CallRequest& request,
                         CallResponse& response, const CallOptions& options, bool fresh) const;
  void count(const Member& member, const CallOptions& options, int status) const;

  ClusterSettings settings_;
  AnswerRules rules_;
  ClusterMetrics metrics_;
  std::vector<Member> members_;
  std::vector<std::uint32_t> schedule_;  // members by weight, interleaved
  mutable std::vector<Turn> turns_;      // one a worker
};

}  // namespace causeway::upstream
