// Asks endpoints regularly whether they are well, beside the calls, and writes down what they say (`health_check`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/worker.h"
#include "telemetry/random.h"
#include "upstream/endpoint.h"
#include "upstream/endpoint_state.h"
#include "upstream/health_settings.h"

namespace causeway::upstream {

/// An endpoint of a cluster that has a `health_check`.
struct CheckTarget {
  std::string cluster;
  HealthCheckSettings settings;
  std::shared_ptr<const Endpoint> endpoint;
  std::shared_ptr<EndpointState> state;
};

/// Belongs to its worker, which is none of those that serve calls; one that no longer runs, or does not yet, may be
/// left to another thread. Until its first checks an endpoint counts as well.
class HealthChecker {
 public:
  /// An endpoint was left alone (`problem` says why) or is used again (empty).
  using Tell = std::function<void(const CheckTarget&, const std::string& problem)>;

  /// `worker` outlives it. Intervals are stretched or shortened by up to a tenth, as `random` says, so that checks do
  /// not come all at once for ever.
  HealthChecker(runtime::Worker& worker, Tell tell, telemetry::Random random)
      : worker_(worker), tell_(std::make_shared<const Tell>(std::move(tell))), random_(random) {}
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;
  /// Ends all checks.
  ~HealthChecker();

  /// What is checked from now on. New ones are asked at once; the others keep what is known of them; those that are
  /// gone count as well from now on.
  void take(std::vector<CheckTarget> targets);
  std::size_t size() const { return checks_.size(); }

 private:
  class Check;

  runtime::Worker& worker_;
  const std::shared_ptr<const Tell> tell_;
  telemetry::Random random_;
  std::map<EndpointState*, std::shared_ptr<Check>> checks_;
};

}  // namespace causeway::upstream
