// How long to wait before the next attempt: exponential, bounded, with jitter on request. Pure.
#pragma once

#include <cstdint>

#include "config/keys.h"
#include "core/clock.h"

namespace causeway::resilience {

struct BackoffSettings {
  Duration delay = std::chrono::seconds(1);  ///< after the first failure
  double multiplier = 2;
  Duration max_delay = std::chrono::minutes(10);
  config::Percent jitter{0};  ///< the wait is shortened by up to this share, so that many do not come back at once
};

/// After `failures` (≥ 1) failed attempts. `random` in [0, 1) picks the jitter. Never longer than max_delay.
Duration backoff(const BackoffSettings& settings, std::uint32_t failures, double random);

}  // namespace causeway::resilience
