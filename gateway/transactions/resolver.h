// The loop that asks for what nobody has in hand: after a timeout whose caller has gone, after a restart, for a
// system's half message that was not ended. It lives on one worker; what is durable about it is in the store, so that
// the next process goes on where this one ends.
//
// Coroutines hold it by a shared pointer: what is in flight ends in order whatever becomes of its owner.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/worker_context.h"
#include "telemetry/alert_sink.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"
#include "transactions/adopting.h"
#include "transactions/transactions.h"

namespace causeway::transactions {

class Resolver final : public std::enable_shared_from_this<Resolver> {
 public:
  static constexpr std::size_t kAtOnce = 32;                          ///< checks in flight
  static constexpr Duration kLook = std::chrono::seconds(1);          ///< at least so often while something is open
  static constexpr Duration kAgain = std::chrono::milliseconds(500);  ///< after the store has failed
  static constexpr Duration kSweep = std::chrono::seconds(10);
  static constexpr Duration kHalvesKept = std::chrono::hours(24);  ///< after their end
  static constexpr Duration kContradictionShown = std::chrono::hours(1);

  /// Everything outlives it.
  Resolver(Transactions& transactions, WorkerContext& context, telemetry::Metrics& metrics,
           telemetry::LogThread* lines);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Any thread, one at a time.
  void use(telemetry::AlertSink* alerts) { alerts_ = alerts; }
  void start();
  void drain();
  bool idle() const { return !started_ || (draining_ && in_flight_ == 0); }
  /// Lets go: what is in flight ends without the owner.
  void stop();

  // Any thread.
  void wake() noexcept;
  void insist(std::unique_ptr<EndCall> end) noexcept;
  /// The clock was put forward, and open attempts look older than they are.
  bool clock_runs_ahead() const {
    const Clock& clock = context_.worker.clock();
    return clock_watch_.runs_ahead(clock.wall(), clock.steady());
  }
  void tell_unresolved(const std::string& route, const std::string& why);
  /// Nobody could be asked, by the configuration in force.
  void tell_unasked(const tables::Half& half, const std::string& why);
  void note_contradiction(const std::string& route);
  void count(const events::Append& append);

 private:
  using Self = std::shared_ptr<Resolver>;
  class Due;
  class Sweep;
  class Alarm final : public runtime::TimerHook {
   public:
    explicit Alarm(Resolver& resolver) : resolver_(resolver) {}

   private:
    void on_timer() override { resolver_.look(); }
    Resolver& resolver_;
  };

  void look();
  static Task<> look_around(Self self);
  static Task<> check(Self self, tables::Half half);
  static Task<> insist_again(Self self);
  static Task<> sweep(Self self);
  void show(const Due& due);
  void settle_alerts(const Due& due);
  void arm(const Due* due);

  Transactions& transactions_;
  WorkerContext& context_;
  telemetry::LogThread* const lines_;
  telemetry::AlertSink* alerts_ = nullptr;
  std::atomic<bool> started_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> woken_{false};
  std::atomic<std::size_t> in_flight_{0};
  struct Gauges {
    std::atomic<std::int64_t> prepared{0};
    std::atomic<std::int64_t> unresolved{0};
  };
  const std::shared_ptr<Gauges> gauges_ = std::make_shared<Gauges>();
  std::vector<telemetry::Collected> collected_;
  telemetry::Counter committed_, rolled_back_, unresolved_, asked_again_;

  std::mutex mutex_;  // of what follows
  std::vector<std::unique_ptr<EndCall>> insisted_;
  std::map<std::string, SteadyTime> contradictions_;

  // The worker's.
  Alarm alarm_{*this};
  ClockWatch clock_watch_;
  std::set<std::int64_t> checking_;
  bool looking_ = false;
  bool look_again_ = false;
  bool insisting_ = false;
  bool looked_before_ = false;
  SteadyTime next_sweep_{};
};

}  // namespace causeway::transactions
