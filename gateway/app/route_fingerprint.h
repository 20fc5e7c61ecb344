// Tells whether a route makes its answers as it did before, over reloads.
#pragma once

#include <string>

#include "app/compilation.h"
#include "config/node.h"

namespace causeway::app {

/// A hash of all that a route's answer depends on: its own keys and its file's defaults but those that only say who may
/// call and what else happens, and what the clusters that it names say about their answers. Endpoints, timeouts and
/// limits are not in it.
std::string route_fingerprint(const config::Node& route, const config::Node& defaults, const BuildContext& context);

/// Does a text of the route, or one of the defaults that it starts from, have this in it: `$headers`?
bool mentions(const config::Node& route, const config::Node& defaults, std::string_view text);

}  // namespace causeway::app
