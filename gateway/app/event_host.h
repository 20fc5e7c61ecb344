// The durable half of the process: store, log, retention and subscriptions, and what happens to them over start, reload
// and stop.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/compilation.h"
#include "events/retention.h"
#include "events/subscription/subscriptions.h"
#include "store/sqlite_store.h"

namespace causeway::app {

/// Used by the main thread. Everything given outlives it.
class EventHost {
 public:
  EventHost(ProcessState& state, std::span<WorkerContext* const> workers, runtime::Worker& control,
            telemetry::LogThread& log);
  ~EventHost();

  /// Gives topics and subscriptions a configuration, and opens the store when one first asks for it: what is durable
  /// about it (shards, new cursors) is down when it returns. Empty, or why it cannot be taken.
  std::string take(const Compiled& compiled);
  /// No new deliveries; attempts in flight go on.
  void drain();
  /// Has everything in flight ended?
  bool idle() const;
  /// Settles and closes. The workers must still run.
  void stop();

  bool accepts_intake() const { return state_.store.accepts_intake(); }
  events::Subscriptions& subscriptions() { return subscriptions_; }

 private:
  std::string open(const Settings& settings);

  ProcessState& state_;
  telemetry::LogThread& log_;
  std::unique_ptr<store::SqliteStore> store_;
  events::Subscriptions subscriptions_;
  std::optional<events::Retention> retention_;
  runtime::Worker& control_;
};

}  // namespace causeway::app
