// One active check of an endpoint (`health_check` of a cluster).
#pragma once

#include <string>

#include "core/clock.h"
#include "runtime/task.h"
#include "upstream/endpoint.h"

namespace causeway::upstream {

/// Asks `GET path` over a connection of its own, on any worker that is not one of the endpoint's, and closes it. Empty
/// where the answer was 2xx within `timeout`; else what was wrong, in words for the log. `turn`: where among the
/// addresses of a name it begins. The endpoint outlives it.
Task<std::string> check_health(runtime::Worker& worker, const Endpoint& endpoint, std::string path, Duration timeout,
                               std::size_t turn);

}  // namespace causeway::upstream
