// A route with what its file's `defaults` give it, as one mapping (config.md, "Merging").
#pragma once

#include "config/node.h"

namespace causeway::app {

/// `defaults` may be null. Scalars and adapters of the route win, limits key by key, the defaults' plugins come first;
/// `access` of the defaults, which a route only narrows, stands beside the route's.
config::Node merged_route(const config::Node& route, const config::Node& defaults);

}  // namespace causeway::app
