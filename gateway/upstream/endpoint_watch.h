// What the process shows of its endpoints: gauges, and a word when one is ejected and when it is back.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "telemetry/metrics.h"
#include "upstream/endpoint.h"
#include "upstream/endpoint_state.h"

namespace causeway::upstream {

/// The endpoints of a cluster.
struct WatchedCluster {
  struct Member {
    std::string name;
    std::shared_ptr<EndpointState> state;
  };
  std::string cluster;
  std::vector<Member> members;
};

/// Used by one thread at a time; what is collected is read by the one that scrapes.
class EndpointWatch {
 public:
  struct News {
    std::string cluster;
    std::string endpoint;
    bool ejected = false;  ///< else it is back
    bool by_hand = false;
    SteadyTime until;  ///< of an ejection
  };
  using Tell = std::function<void(const News&)>;

  /// `metrics` and `clock` outlive it.
  EndpointWatch(telemetry::Metrics& metrics, const Clock& clock, Tell tell)
      : metrics_(metrics), clock_(clock), tell_(std::move(tell)) {}

  /// What is watched from now on: causeway_upstream_endpoints{cluster,state} counts it, and
  /// causeway_upstream_ejections_total{cluster,endpoint} how often failures had one ejected.
  void take(std::vector<WatchedCluster> clusters);
  /// Tells what has changed. A few times a second.
  void look(SteadyTime now);

 private:
  struct Seen {
    std::string cluster;
    std::string endpoint;
    std::shared_ptr<EndpointState> state;
    bool ejected = false;
  };
  void collect(const WatchedCluster& cluster);

  telemetry::Metrics& metrics_;
  const Clock& clock_;
  const Tell tell_;
  std::map<EndpointState*, Seen> seen_;
  std::vector<telemetry::Collected> collected_;
};

}  // namespace causeway::upstream
