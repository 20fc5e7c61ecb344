// A new connection to an endpoint: within its limit, to one of its addresses, through TLS where the system has it.
#pragma once

#include <memory>

#include "core/result.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "upstream/connection.h"
#include "upstream/endpoint.h"

namespace causeway::upstream {

/// One that is still to be connected. Where `limits.connections` is reached, an idle one of this or another worker is
/// closed for it, which is waited for until `due`, or `cancel`, which may be null, is requested; where none is idle:
/// kOverloaded, and not a byte was sent.
Task<Result<std::unique_ptr<Connection>>> make_connection(runtime::Worker& worker, const Endpoint& endpoint,
                                                          SteadyTime due, runtime::Cancel* cancel);

/// Connects it to one of the endpoint's addresses. They take turns; the next is tried where one refuses or takes too
/// long. 50290, and not a byte was sent, with the reason for the log. `cancel`, which may be null, was requested: no
/// further address is tried. A failure makes the endpoint's name be looked up again soon.
Task<Result<>> connect(Connection& connection, runtime::Worker& worker, const Endpoint& endpoint, SteadyTime due,
                       const runtime::Cancel* cancel);

/// The same beside the pools, from whatever thread's worker: for checks.
Task<Result<>> connect_to(Connection& connection, runtime::Worker& worker, const Endpoint& endpoint,
                          SharedAddresses addresses, std::size_t turn, SteadyTime due);

}  // namespace causeway::upstream
