// What the admin API asks and does about clusters. Implemented by app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace causeway::admin {

/// Times are unix milliseconds.
struct EndpointView {
  std::string address;  ///< as configured
  std::uint32_t weight = 1;
  bool healthy = true;  ///< as far as checks say; always true where there are none
  bool ejected = false;
  std::string ejected_by;                     ///< failures, operator; empty: it is not
  std::optional<std::int64_t> ejected_until;  ///< absent: it is not ejected, or until somebody restores it
  std::uint32_t active = 0;                   ///< attempts in flight
  std::uint64_t idle = 0;                     ///< connections
  std::vector<std::string> addresses;         ///< where the name leads
};

struct BreakerView {
  bool enabled = true;
  std::string state;                      ///< closed, half_open, open
  std::uint32_t calls = 0;                ///< that decide; open: that have opened it
  std::uint32_t failures = 0;             ///< of them
  std::uint32_t slow = 0;                 ///< of them
  std::optional<std::int64_t> opened_at;  ///< open
  std::optional<std::int64_t> retry_at;   ///< open: when the first probe may go
};

struct ClusterView {
  std::string name;
  std::string system;
  std::string kind;
  std::string load_balancing;
  BreakerView breaker;
  std::uint32_t active = 0;   ///< calls in flight
  std::uint32_t waiting = 0;  ///< for a turn (`limits.concurrent`)
  std::uint32_t retries = 0;  ///< in flight
  std::vector<EndpointView> endpoints;
};

/// Of the configuration in force. Thread safe.
class ClusterPort {
 public:
  virtual ~ClusterPort() = default;
  /// By name.
  virtual std::vector<ClusterView> clusters() = 0;
  /// No cluster of this name: kNoSuchThing; likewise below.
  virtual Result<ClusterView> cluster(std::string_view name) = 0;

  /// Asked no more until `time` is over, or (absent) until it is restored, over reloads but not over restarts. No such
  /// endpoint in it: kNoSuchThing, too.
  virtual Result<ClusterView> eject(std::string_view name, std::string_view endpoint, std::optional<Duration> time) = 0;
  /// Ends an ejection, whoever made it.
  virtual Result<ClusterView> restore(std::string_view name, std::string_view endpoint) = 0;
  /// Closes the breaker and ends all ejections.
  virtual Result<ClusterView> reset(std::string_view name) = 0;
};

}  // namespace causeway::admin
