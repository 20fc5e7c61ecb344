// One attempt: the call that tells a system about an event, and its line in the log.
#pragma once

#include <cstdint>
#include <string>

#include "events/subscription/delivery.h"
#include "events/subscription/subscription_table.h"
#include "exchange/worker_context.h"

namespace causeway::events {

struct CallOutcome {
  CallOutcome() = default;
  int status = 0;           ///< 0: no whole answer came
  std::string retry_after;  ///< of the answer
  std::string error;        ///< why there is no answer
  std::string body;         ///< how the answer began
  WallTime began;
  Duration took{};
};

/// Sends the event as it is, with `Idempotency-Key: <eventId>/<subscription>`, `X-Causeway-Sequence: <position>`, the
/// event's trace under a new span, and the event's id as X-Request-Id where that has its form. `attempt` counts from 1.
/// On the worker of `context`; everything outlives the call.
Task<CallOutcome> deliver(WorkerContext& context, const SubscriptionSpec& spec, const EventCopy& event, Place place,
                          std::uint32_t attempt);

}  // namespace causeway::events
