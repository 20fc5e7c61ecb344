// The routes that a call comes near to: why none takes it, or which others would have. For people who ask, not for
// calls: looks at every route, one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/verdict.h"

namespace causeway::routing {

struct NearMiss {
  std::uint32_t route = 0;  ///< index into the routes given
  Verdict verdict;
};

/// The routes that the call comes near to and that do not take it, the nearest first, at most `most`. Empty when none
/// is near.
std::vector<NearMiss> near_misses(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                  const MatchRequest& request, std::string_view vendor, std::size_t most = 10);

/// The routes that would take the call as well, were `taken`, which does, not there; each with why the other goes
/// first.
std::vector<NearMiss> outranked(std::span<const ApiSpec> apis, std::span<const RouteSpec> routes,
                                const MatchRequest& request, std::string_view vendor, std::uint32_t taken);

}  // namespace causeway::routing
