// The progress rule of bodies in both directions (design: "Server"): a total, and a minimum rate once a grace has
// passed, so that neither a slow sender nor a slow reader holds anything for long.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/bytes.h"
#include "core/clock.h"

namespace causeway::net {

struct PaceRules {
  Duration total = std::chrono::seconds(60);
  ByteSize minimum_rate{1024};  ///< bytes a second; 0 turns the rule off
  Duration grace = std::chrono::seconds(5);
};

/// By when the transfer that began at `start` must have moved more than `moved` bytes.
inline SteadyTime pace_deadline(const PaceRules& rules, SteadyTime start, std::uint64_t moved) {
  const SteadyTime end = start + rules.total;
  if (bytes(rules.minimum_rate) == 0) return end;
  const double seconds = static_cast<double>(moved) / static_cast<double>(bytes(rules.minimum_rate));
  if (seconds >= std::chrono::duration<double>(rules.total).count()) return end;
  const auto earned = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  return std::min(end, start + std::max(rules.grace, earned));
}

}  // namespace causeway::net
