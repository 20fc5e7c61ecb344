// One attempt: the call that tells a system about an event, and its line in the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/subscription/delivery.h"
#include "events/subscription/delivery_answer.h"
#include "events/subscription/subscription_table.h"
#include "exchange/worker_context.h"

namespace causeway::events {

struct CallOutcome {
  CallOutcome() = default;
  std::string refused;  ///< an expression failed, and no call was made: no attempt can help; empty: none did
  /// The system was not asked, because it is left alone for now: no attempt, and none before so long.
  std::optional<Duration> put_off;
  UnderstoodAnswer answer;
  std::string body;  ///< how the answer began
  WallTime began;
  Duration took{};
};

/// Sends what is said about the event, with `Idempotency-Key: <eventId>/<subscription>`, `X-Causeway-Sequence:
/// <position>`, the event's trace under a new span, and the event's id as X-Request-Id where that has its form.
/// `attempt` counts from 1. `cancel` ends a wait for a turn of a system that has limits. On the worker of `context`;
/// everything outlives the call.
Task<CallOutcome> deliver(WorkerContext& context, const SubscriptionSpec& spec, const EventCopy& event, Place place,
                          std::uint32_t attempt, runtime::Cancel* cancel = nullptr);

}  // namespace causeway::events
