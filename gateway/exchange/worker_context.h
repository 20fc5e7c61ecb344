// What every exchange of one worker shares: where it counts, logs, and draws its ids from.
#pragma once

#include "net/date.h"
#include "runtime/worker.h"
#include "telemetry/call_log.h"
#include "telemetry/random.h"
#include "telemetry/shard.h"

namespace causeway {

/// Made by the composition root, one a worker; used on the worker's thread.
struct WorkerContext {
  runtime::Worker& worker;
  telemetry::Shard& shard;
  telemetry::CallLog& log;
  telemetry::Random random = telemetry::Random::from_system();
  net::DateCache date{};
};

}  // namespace causeway
