#include "resilience/backoff.h"

#include <algorithm>
#include <cmath>

namespace causeway::resilience {

Duration backoff(const BackoffSettings& settings, std::uint32_t failures, double random) {
  const double longest = static_cast<double>(settings.max_delay.count());
  const double factor = std::pow(settings.multiplier, static_cast<double>(std::max(failures, 1u) - 1));
  const double wait = std::min(longest, static_cast<double>(settings.delay.count()) * factor);
  return Duration(static_cast<std::int64_t>(wait * (1 - settings.jitter.fraction() * random)));
}

}  // namespace causeway::resilience
