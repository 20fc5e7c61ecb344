// The durable half of the process: store, log, retention, bus and subscriptions, and what happens to them over start,
// reload and stop.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "adapters/kafka/kafka_bus.h"
#include "app/compilation.h"
#include "events/relay/relay.h"
#include "events/retention.h"
#include "events/subscription/subscriptions.h"
#include "store/sqlite_store.h"
#include "transactions/transactions.h"

namespace causeway::app {

/// Used by the main thread. Everything given outlives it.
class EventHost {
 public:
  EventHost(ProcessState& state, std::span<WorkerContext* const> workers, runtime::Worker& control,
            telemetry::LogThread& log);
  ~EventHost();

  /// Opens the store when a configuration first asks for one. Empty, or what went wrong.
  std::string open(const Settings& settings);
  /// Gives topics and subscriptions a configuration, and opens the bus when one first asks for it: what is durable
  /// about it (shards, new cursors, and `also`, if there is one), is down when it returns, all of it or nothing.
  /// Without a store nothing is, and nothing is needed. False: it cannot be taken, `errors` says why.
  bool take(const Compiled& compiled, store::Change* also, config::Errors& errors);
  /// A `take` that waits for attempts in flight, now or later, gives up. Any thread.
  void end_waits() { subscriptions_.end_waits(); }
  /// No new deliveries; attempts in flight go on.
  void drain();
  /// Has everything in flight ended?
  bool idle() const;
  /// Settles and closes; what is stored and not yet on the bus is sent, at most so long. The workers must still run.
  /// May be called again.
  void stop(Duration patience = {});

  bool accepts_intake() const { return state_.store.accepts_intake(); }
  /// `reachable`, or `buffering`: the bus is away and events wait in the store. Empty without a bus. Any thread.
  std::string_view bus_state() const;
  events::Subscriptions& subscriptions() { return subscriptions_; }
  transactions::Transactions& transactions() { return transactions_; }

 private:
  void open_bus(const Settings& settings);

  ProcessState& state_;
  telemetry::LogThread& log_;
  std::unique_ptr<store::SqliteStore> store_;
  // In this order: readers and the relay's producer end before the bus.
  std::unique_ptr<kafka::KafkaBus> bus_;
  std::atomic<const events::Bus*> asked_bus_{nullptr};  ///< the same, for bus_state
  events::Subscriptions subscriptions_;
  transactions::Transactions transactions_;
  bool asking_ = false;
  std::optional<events::Relay> relay_;
  std::optional<events::Retention> retention_;
  runtime::Worker& control_;
};

}  // namespace causeway::app
