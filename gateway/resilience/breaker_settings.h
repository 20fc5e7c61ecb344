// `circuit_breaker: {failure_rate: 50%, slow_call: 2s, slow_rate: 100%, window: 100, minimum_calls: 20, open_for: 30s,
// half_open_calls: 5}` (design: config.md). These values hold where nothing is said.
#pragma once

#include <cstdint>

#include "config/keys.h"

namespace causeway::resilience {

struct BreakerSettings {
  bool enabled = true;
  config::Percent failure_rate{50};  ///< of the window's calls: at this share or above it opens
  Duration slow_call = std::chrono::seconds(2);
  config::Percent slow_rate{100};
  std::uint32_t window = 100;        ///< the last so many calls are looked at
  std::uint32_t minimum_calls = 20;  ///< before so many are known it stays closed
  Duration open_for = std::chrono::seconds(30);
  std::uint32_t half_open_calls = 5;  ///< probes: all succeed, it closes; one fails, it opens again

  static const config::Keys<BreakerSettings>& keys();
};

}  // namespace causeway::resilience
