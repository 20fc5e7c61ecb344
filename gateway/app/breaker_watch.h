// A line in the log when a circuit breaker has changed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "telemetry/log_thread.h"
#include "upstream/cluster.h"

namespace causeway::app {

/// Used by one thread at a time.
class BreakerWatch {
 public:
  /// `log` outlives it.
  explicit BreakerWatch(telemetry::LogThread& log) : log_(log) {}

  /// Whose breakers are watched from now on. What was told of one that stays is kept.
  void take(std::vector<std::shared_ptr<const upstream::Cluster>> clusters);
  /// Tells what has changed, a few times a second: of several changes in between, where they have led.
  void look();

 private:
  struct Seen {
    std::shared_ptr<const upstream::Cluster> cluster;
    resilience::Breaker::State state = resilience::Breaker::State::kClosed;
    std::uint32_t changes = 0;
  };
  void tell(const Seen& seen) const;

  telemetry::LogThread& log_;
  std::vector<Seen> seen_;
};

}  // namespace causeway::app
