// Would a route take a call, and if not, why: in words. For people who ask, not for calls: slow, plain, by the rules of
// RouteTable, which is tested against it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "routing/route_table.h"

namespace causeway::routing {

/// What of a call does not fit, the farthest first: a call with another path may differ in anything else as well.
enum class Misfit : std::uint8_t { kPath, kVersion, kMethod, kNone };

struct Verdict {
  Misfit misfit = Misfit::kNone;
  std::string why;        ///< `segment 4 is "cancell", not "cancel"`; with kNone, how the version was found
  unsigned distance = 0;  ///< how far the call is from one that the route takes; no unit, to be compared
  unsigned matched = 0;   ///< literal segments that are as the route has them
  unsigned literals = 0;  ///< literal segments that the route has
};

/// Would this route take the call, were its file alone? (Where two files share a base, they share a default_version as
/// well.) `request.path` is not `*`. A call that lies between versions is measured by the nearest. Text of the call is
/// quoted, cut, and without control characters.
Verdict judge(const ApiSettings& api, const RouteSpec& route, const MatchRequest& request, std::string_view vendor);

/// `GET, HEAD`, or `any method`: what a route takes, with the HEAD that GET brings along.
std::string methods_taken(Methods methods);

}  // namespace causeway::routing
