// `limits: {rate: 200/s, concurrent: 256, queue_timeout: 100ms}` of a cluster: what its system can bear, shared by
// calls, deliveries and jobs. Deliveries wait for their turn; callers wait at most `queue_timeout`, then get 50391.
#pragma once

#include <cstdint>
#include <optional>

#include "config/keys.h"
#include "resilience/gcra.h"

namespace causeway::upstream {

struct LimitsSettings {
  std::optional<config::Rate> rate;
  std::optional<std::uint64_t> burst;
  std::optional<std::uint32_t> concurrent;  ///< calls in flight over all workers
  Duration queue_timeout = std::chrono::milliseconds(100);
  std::optional<std::uint32_t> connections;          ///< open to one endpoint, over all workers
  std::uint32_t idle_connections = 512;              ///< kept for one endpoint, each worker
  Duration idle_timeout = std::chrono::seconds(55);  ///< below the usual 60 s and 75 s of servers

  /// Of `rate`; only where there is one. The default burst is one second's worth, at least one call.
  resilience::Limit rate_limit() const;
  static const config::Keys<LimitsSettings>& keys();
};

}  // namespace causeway::upstream
