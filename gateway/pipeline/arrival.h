// What the head of a call decides before any step of a route runs: the spelling of its path, its route and version, or
// why it has none. The pipeline asks for every call, `causeway explain` for one.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "net/http1_request.h"
#include "routing/route_table.h"
#include "runtime/arena.h"

namespace causeway::pipeline {

/// Views of the head, the table and the arena.
struct Arrival {
  std::string_view path;       ///< normalised
  std::string_view accept;     ///< all that the head says about it, as one line
  routing::MatchResult match;  ///< of this path
};

/// kMalformedHttp for a path that two servers could read differently.
Result<Arrival> arrive(const net::RequestHead& head, const routing::RouteTable& routes, WallTime now,
                       runtime::Arena& arena);

/// What the caller is told; empty where a route takes the call, and where OPTIONS is answered.
std::optional<Code> refusal_of(routing::Outcome outcome);

}  // namespace causeway::pipeline
