// `health_check: {path: /health, interval: 5s, timeout: 1s, healthy: 2, unhealthy: 3}` and `outlier_detection:
// {consecutive_failures: 5, ejection: 30s, max_ejected: 50%}` of a cluster (design: config.md; names as Envoy's).
#pragma once

#include <cstdint>
#include <string>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::upstream {

/// Active: a GET of each endpoint, apart from calls. Off where nothing is said.
struct HealthCheckSettings {
  config::Placed<std::string> path;
  Duration interval = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(1);
  std::uint32_t healthy = 2;    ///< answers of 2xx in a row until it is used again
  std::uint32_t unhealthy = 3;  ///< failures in a row until it is left alone
  static const config::Keys<HealthCheckSettings>& keys();
};

/// Passive: from what calls come to. Off where nothing is said.
struct OutlierSettings {
  std::uint32_t consecutive_failures = 5;
  Duration ejection = std::chrono::seconds(30);
  config::Percent max_ejected{50};  ///< of the endpoints; one may always be, if there is another
  static const config::Keys<OutlierSettings>& keys();
};

}  // namespace causeway::upstream
