// What the log is told of a call that reached a system.
#pragma once

#include "exchange/exchange.h"
#include "telemetry/log_record.h"

namespace causeway {

/// Views of the exchange. `complete`: the caller has got the whole answer.
telemetry::CallRecord call_record(const Exchange& exchange, bool complete);

}  // namespace causeway
