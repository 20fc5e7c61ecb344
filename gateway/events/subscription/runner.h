// One subscription at work: reads its topic, from the log or from a bus, makes the attempts that its dispatcher asks
// for, writes down what was learnt.
//
// Everything happens on its worker but what is marked. Coroutines hold it by a shared pointer, so that what is in
// flight ends in order whatever becomes of its owner.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/bus.h"
#include "events/event_log.h"
#include "events/subscription/dispatcher.h"
#include "events/subscription/group_reader.h"
#include "events/subscription/recent_ids.h"
#include "events/subscription/seen_positions.h"
#include "events/subscription/subscription_table.h"
#include "events/subscription/subscription_tables.h"
#include "exchange/worker_context.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::events {

/// What anybody may know of a running subscription. Thread safe.
struct RunnerGauges {
  enum class PausedBy : std::uint8_t { kNobody, kOperator, kDeadLetters, kBus };
  std::atomic<PausedBy> paused_by{PausedBy::kNobody};
  std::atomic<std::int64_t> behind{0};  ///< events beyond the cursors
  std::atomic<std::int64_t> retrying{0};
  std::atomic<std::int64_t> held{0};
  std::atomic<std::int64_t> dead{0};
  std::atomic<std::int64_t> oldest_stored_at{0};  ///< unix milliseconds, of what is not finished; 0: nothing

  std::int64_t backlog() const { return behind + retrying + held; }
};

class SubscriptionRunner final : public std::enable_shared_from_this<SubscriptionRunner> {
 public:
  static constexpr Duration kSample = std::chrono::seconds(1);
  static constexpr Duration kAgain = std::chrono::milliseconds(500);  ///< after the store has failed, or the bus
  static constexpr Duration kLongestPause =
      std::chrono::seconds(5);                                    ///< while a breaker is open; then it is asked again
  static constexpr Duration kBusAgain = std::chrono::seconds(5);  ///< at most, until a bus says where to begin
  static constexpr Duration kGather = std::chrono::milliseconds(5);  ///< cursors that nobody waits for

  /// Everything outlives it. `bus` carries the topic; null where that is the log.
  SubscriptionRunner(EventLog& log, Bus* bus, WorkerContext& context, telemetry::Metrics& metrics,
                     telemetry::LogThread& lines, std::shared_ptr<const SubscriptionSpec> spec);
  SubscriptionRunner(const SubscriptionRunner&) = delete;
  SubscriptionRunner& operator=(const SubscriptionRunner&) = delete;

  // Any thread, one at a time.
  /// After its cursor is durable.
  void start();
  /// Another configuration with the same group, topic and rules of order.
  void use(std::shared_ptr<const SubscriptionSpec> spec);
  /// Reads and attempts nothing more.
  void drain();
  /// After `drain`, instead of an end: as if it had never been asked. Not after `release`.
  void go_on();
  /// After `drain`: nothing is in flight and everything is durable. Never true without it.
  bool idle() const { return draining_ && (!entered_ || idle_); }
  /// After `drain`: no attempt is in flight and everything that was learnt is durable, though a bus may still be asked.
  bool quiet() const { return draining_ && (!entered_ || quiet_); }
  /// The end: lets go of timers and metrics. What is in flight ends without it. Gives the reader once nothing of it is
  /// awaited, so that it can be destroyed where that may take a moment; who does not wait leaves it to the worker.
  std::future<std::unique_ptr<GroupReader>> release();

  // Any thread.
  const GroupId& id() const { return id_; }
  const std::string& name() const { return name_; }
  runtime::Worker& worker() { return context_.worker; }
  const RunnerGauges& gauges() const { return *gauges_; }

  // For operators, on the worker. kDraining when it does not run any more.
  Task<Result<>> set_paused(bool paused);
  /// How many of these dead letters were replayed: those that still are dead ones.
  Task<Result<std::int64_t>> replay(std::vector<Place> places);
  /// With another body and eventId.
  Task<Result<std::int64_t>> replay_edited(Place place, EventCopy event);
  Task<Result<std::int64_t>> discard(Place place, std::string reason);

 private:
  class Alarm final : public runtime::TimerHook {
   public:
    Alarm(SubscriptionRunner& runner, void (SubscriptionRunner::*ring)()) : runner_(runner), ring_(ring) {}

   private:
    void on_timer() override { (runner_.*ring_)(); }
    SubscriptionRunner& runner_;
    void (SubscriptionRunner::*ring_)();
  };
  using Self = std::shared_ptr<SubscriptionRunner>;

  bool on_bus() const { return bus_ != nullptr; }
  /// There may be something to read. Any thread.
  void wake() noexcept;
  void enter();
  std::unique_ptr<GroupReader> make_reader();
  static Task<> open(Self self);
  /// Asks the bus where a new group begins, and writes that down.
  Task<Result<>> begin_group(const LoadGroup& group);
  /// After `open` has found cursors.
  void opened(const LoadGroup& group);
  void pump();
  void begin_work();
  static Task<> read(Self self);
  /// Writes down what the batch has brought beside events; false: again later.
  Task<bool> note_batch();
  /// Which of the records that claim a place of this store are what it has sent; false: the store cannot say now.
  Task<bool> check_doubles();
  /// The bus ends before what was read: pauses until an operator has seen to it.
  static Task<> stop_behind(Self self, std::string words);
  void take_batch(const SubscriptionSpec& spec);
  void take_in(const SubscriptionSpec& spec, ReadItem item);
  static Task<> load(Self self, LoadRequest request);
  static Task<> settle(Self self);
  void settled(const Settlement& settlement);
  static Task<> attempt(Self self, Delivery* delivery);
  /// Settles what is sent about an event that was never attempted; false: there is nothing to send.
  bool make_ready(Delivery& delivery, const SubscriptionSpec& spec);
  void conclude(Delivery& delivery, const struct CallOutcome& outcome, const SubscriptionSpec& spec);
  void give_up(Delivery& delivery, std::optional<AttemptRecord> attempt, const std::string& reason);
  /// No attempt any more, whatever comes of it.
  bool too_old(const Delivery& delivery, const SubscriptionSpec& spec) const;
  /// While a system is left alone, at most kLongestPause.
  Task<> let_time_pass(Duration wait);
  void tell_dead(const Delivery& delivery, std::string_view reason);
  /// Waits until what is stored was read; false: it does not come to that any more.
  Task<bool> running();
  void sample_now();
  static Task<> sample(Self self);
  void publish();
  void let_reader_go();

  EventLog& log_;
  Bus* const bus_;
  WorkerContext& context_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& lines_;
  const GroupId id_;
  const std::string name_;
  const std::shared_ptr<RunnerGauges> gauges_ = std::make_shared<RunnerGauges>();
  std::vector<telemetry::Collected> collected_;
  telemetry::Counter succeeded_, retried_, died_, filtered_;
  telemetry::Counter doubled_, lost_;  // only of a topic on a bus
  std::atomic<bool> woken_{false};     // a wake-up is on its way
  std::atomic<bool> entered_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> idle_{false};
  std::atomic<bool> quiet_{false};

  // The worker's.
  std::shared_ptr<const SubscriptionSpec> spec_;
  std::shared_ptr<runtime::Cancel> stop_waiting_ = std::make_shared<runtime::Cancel>();  ///< of attempts for a turn
  std::unique_ptr<GroupReader> reader_;
  std::promise<std::unique_ptr<GroupReader>> let_go_;
  std::optional<Dispatcher> dispatcher_;
  SeenPositions seen_;
  RecentIds recent_;
  GroupBacklog backlog_;            // as the reader last told
  std::optional<ReadBatch> batch_;  // was read and not taken in: the reader will not give it again
  Alarm retry_alarm_{*this, &SubscriptionRunner::pump};
  Alarm sample_alarm_{*this, &SubscriptionRunner::sample_now};
  bool more_ = true;  // there may be events that were not read
  bool opening_ = false;
  bool waiting_ = false;                      // opening, for the bus
  std::optional<bool> paused_while_opening_;  // by an operator
  bool reading_ = false;
  bool loading_ = false;
  bool settling_ = false;
  bool sampling_ = false;
  bool stale_ = true;  // something has happened since the last sample
  bool pumping_ = false;
  bool pump_again_ = false;
  bool released_ = false;
  bool let_go_given_ = false;
  bool gave_up_ = false;  // released, and the store takes nothing any more
};

}  // namespace causeway::events
