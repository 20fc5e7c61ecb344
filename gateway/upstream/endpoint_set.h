// The endpoints of a cluster and which of them is asked next (`load_balancing`, `health_check`, `outlier_detection`).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/tls_client.h"
#include "telemetry/metrics.h"
#include "upstream/cluster_settings.h"
#include "upstream/endpoint.h"
#include "upstream/endpoint_registry.h"
#include "upstream/endpoint_state.h"

namespace causeway::upstream {

/// Those of a call's endpoints that it has tried: the first 64.
class Tried {
 public:
  void add(std::size_t index) {
    if (index < 64) bits_ |= std::uint64_t{1} << index;
  }
  bool has(std::size_t index) const { return index < 64 && (bits_ >> index & 1) != 0; }

 private:
  std::uint64_t bits_ = 0;
};

/// Part of a snapshot: immutable but for what belongs to one worker each. What is known about an endpoint lives on in
/// `EndpointStates`.
class EndpointSet {
 public:
  /// Up to so many endpoints least_request looks at all; of more it draws two and takes the better one.
  static constexpr std::size_t kLookAtAll = 16;

  struct Member {
    std::shared_ptr<const Endpoint> endpoint;
    std::shared_ptr<EndpointState> state;
    std::uint32_t weight = 1;
    telemetry::LabelId label;

    /// Attempts, and answers that still stream, over all workers: about now. Thread safe.
    std::size_t in_flight() const;
  };

  /// Names that `registry` does not know are looked up, which blocks. `tls`: null is plain.
  EndpointSet(const ClusterSettings& settings, EndpointRegistry& registry, EndpointStates& states, std::size_t workers,
              telemetry::Metrics& metrics, const std::shared_ptr<const net::TlsClient>& tls = nullptr);

  std::size_t size() const { return members_.size(); }
  const Member& operator[](std::size_t index) const { return members_[index]; }

  /// Whom the next attempt of a call asks: by the cluster's rule among those that are well and were not tried yet.
  /// Where all of them were tried, anybody who is well. Where nobody is well, anybody, those first that were not tried:
  /// checks and counts of failures may be wrong, and a call that is refused is a call that fails. On `worker`.
  std::size_t pick(const runtime::Worker& worker, SteadyTime now, const Tried& tried) const;

  /// An attempt at this endpoint begins, on `worker`; `end` follows on the same.
  void begin(const runtime::Worker& worker, std::size_t index) const;
  /// What it came to. `kNothing`: nothing that says something about the endpoint.
  enum class Verdict : std::uint8_t { kWell, kFailed, kNothing };
  void end(const runtime::Worker& worker, std::size_t index, Verdict verdict, SteadyTime now) const;

  /// How many of so many may be ejected at a time: the share, rounded down, and one where there are others.
  static std::size_t most_ejected(std::size_t endpoints, config::Percent share);

 private:
  struct alignas(64) Turn {
    std::size_t next = 0;
    std::uint64_t draws = 0;
  };
  enum class Choice : std::uint8_t { kWellUntried, kWell, kUntried, kAnybody };
  class Picking;

  void consider_ejection(std::size_t index, SteadyTime now) const;

  const LoadBalancing rule_;
  const std::optional<OutlierSettings> outlier_;
  std::vector<Member> members_;
  std::vector<std::uint32_t> schedule_;  // members by weight, interleaved
  mutable std::vector<Turn> turns_;      // one a worker
};

}  // namespace causeway::upstream
