// Waiting for a while, unless nobody wants the result any more.
#pragma once

#include "core/clock.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::upstream {

/// Resumes on `worker` at `until` of its clock, or soon after `cancel` (which may be null) was requested: false then.
Task<bool> pause(runtime::Worker& worker, SteadyTime until, runtime::Cancel* cancel);

}  // namespace causeway::upstream
