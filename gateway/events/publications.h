// Whoever publishes with `acknowledge: broker` waits here until the relay has an event on the bus.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "events/bus.h"
#include "events/event_log.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::events {

/// Thread safe; the relay implements it.
class Publications {
 public:
  /// Resumes on `worker`, whose thread awaits it, once every event is on the bus or after `patience`: as `receipts`,
  /// empty for those that are not there yet. They were stored before (duplicates too, however long ago).
  virtual Task<std::vector<std::optional<BusPlace>>> wait(runtime::Worker& worker, std::shared_ptr<const Topic> topic,
                                                          std::span<const Receipt> receipts, Duration patience) = 0;

 protected:
  ~Publications() = default;
};

}  // namespace causeway::events
