// The consumer side of the log and of buses: delivers each event of a topic to the systems that subscribed to it
// (correctness.md, "Deliveries").
//
// A subscription lives wholly on one worker, chosen by its name: its state has no lock. Only what failed has a row in
// the store; successes move the cursor, many at a time. At most 256 events, 1,024 of a topic on a bus, are delivered
// and not yet settled: so many may come twice after a crash, byte for byte the same.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/errors.h"
#include "events/delivery_states.h"
#include "events/event_log.h"
#include "events/subscription/control.h"
#include "events/subscription/delivery.h"
#include "events/subscription/subscription_table.h"
#include "exchange/worker_context.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::events {

class Bus;
class SubscriptionRunner;

/// One a process, made before the workers start. Thread safe, but for `take` and `stop`: one at a time.
class Subscriptions final : public SubscriptionControl, public DeliveryStates {
 public:
  /// Everything outlives it. The log's store must be open before the first `take`; kSubscriptionSchema is among its
  /// schemas.
  Subscriptions(EventLog& log, std::span<WorkerContext* const> workers, telemetry::Metrics& metrics,
                telemetry::LogThread& lines, const Clock& clock);
  /// Stops.
  ~Subscriptions() override;
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// What carries the topics that are not the log's; outlives this. Before the first `take` that has such topics.
  void use_bus(Bus* bus) { bus_ = bus; }
  /// At start (before or after the workers run) and at every reload. Blocks on the store, and on attempts in flight of
  /// subscriptions that are renamed. New cursors are durable when it returns; running subscriptions keep their state.
  /// `topics` are registered with them, in one change, and so is `also` written, if there is one. `patience` is for
  /// those attempts. Nothing, or why it cannot be taken, where it can be with its place: then nothing has changed.
  std::optional<config::Problem> take(std::shared_ptr<const SubscriptionTable> table,
                                      std::shared_ptr<const TopicTable> topics = nullptr,
                                      Duration patience = std::chrono::seconds(60), store::Change* also = nullptr);

  /// Before `drain`: a `take` does not wait for attempts any more, now or later; one that would have to cannot be
  /// taken. Any thread.
  void end_waits() { waits_ = false; }
  /// Begins the end: no event is read and no attempt begun any more; those in flight go on. Never blocks.
  void drain();
  /// True once no attempt is in flight and everything that was learnt is durable.
  bool idle() const;
  /// After `drain`, or instead of it: waits at most so long for `idle`, then lets go. The workers and the store still
  /// run; what is in flight afterwards ends on its worker without touching this object. May be called again.
  void stop(Duration patience = std::chrono::seconds(5));

  // SubscriptionControl
  std::vector<SubscriptionView> subscriptions() override;
  Result<SubscriptionView> pause(std::string_view name) override;
  Result<SubscriptionView> resume(std::string_view name) override;
  Result<DeadLetterPage> dead_letters(const DeadLetterFilter& filter) override;
  Result<DeadLetterView> dead_letter(std::string_view id) override;
  Result<DeadLetterView> replay(std::string_view id, const std::optional<std::string>& body) override;
  Result<DeadLetterView> discard(std::string_view id, std::string_view reason) override;
  Result<std::int64_t> replay_all(const DeadLetterFilter& filter, bool dry_run) override;

  // DeliveryStates
  void describe(store::Session& session, std::string_view topic, std::uint32_t shard, Position position,
                std::string_view body, const Origin* origin, std::vector<DeliveryState>& out) override;
  void find_copy(store::Session& session, FindEvent& find) override;

 private:
  using Runner = std::shared_ptr<SubscriptionRunner>;
  struct Entry {
    std::shared_ptr<const SubscriptionSpec> spec;
    Runner runner;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;  // by name

  Entries entries() const;
  /// Empty when there is none of this name.
  std::optional<Entry> find(std::string_view name) const;
  /// They run no more. Their readers leave before it returns, unless they take too long.
  void end(const std::vector<Runner>& runners);
  Runner make_runner(const std::shared_ptr<const SubscriptionSpec>& spec);
  Result<Entries> filtered(const DeadLetterFilter& filter) const;
  /// Blocks on the store: its figures are of now, those of the metrics up to a second old.
  SubscriptionView view_of(const Entry& entry) const;
  Result<SubscriptionView> set_paused(std::string_view name, bool paused);
  /// A delivery by its id, whatever became of it.
  struct Located {
    Entry entry;
    Place place;
  };
  Result<Located> locate(std::string_view id) const;
  Result<DeadLetterView> show(const Located& located);
  template <class Change>
  Result<DeadLetterView> changed(const Located& located, DeadLetterView view, Change change);

  EventLog& log_;
  const std::span<WorkerContext* const> workers_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& lines_;
  const Clock& clock_;
  Bus* bus_ = nullptr;
  std::atomic<bool> waits_{true};
  mutable std::mutex mutex_;  // of what follows
  Entries entries_;
  std::vector<Runner> ending_;  // without a subscription, attempts may be in flight
};

}  // namespace causeway::events
