// Who still calls which version, and what follows from it: the record of calls by day, an alert for each caller of a
// version whose sunset is near, and the end of a version that is retired when nobody calls it any more.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "admin/version_port.h"
#include "app/versions/usage_counter.h"
#include "app/versions/usage_table.h"
#include "app/versions/version_catalogue.h"
#include "telemetry/alert_sink.h"
#include "telemetry/log_thread.h"
#include "telemetry/metrics.h"

namespace causeway::app {

/// Looks every few seconds; a kill -9 loses the calls since the last look, a clean stop none. Thread safe.
///
/// Only time in which calls could be seen counts as time in which nobody called: not that before a version was first
/// taken, not that in which the gateway did not run, not that by which the clock jumped, not that in which the counters
/// could not tell calls apart.
class VersionLedger final : public admin::VersionPort {
 public:
  static constexpr Duration kPeriod = std::chrono::seconds(5);
  /// How often it is written down that somebody watches, without any calls.
  static constexpr Duration kWatchPeriod = std::chrono::minutes(1);
  /// Who has not called for so long is not a caller of a version any more.
  static constexpr Duration kCallerMemory = std::chrono::hours(24 * 30);
  static constexpr std::string_view kAlert = "version_sunset";

  /// Everything given outlives it; the store stops after it.
  VersionLedger(store::Store& store, const Clock& clock, telemetry::Metrics& metrics, telemetry::LogThread& log,
                telemetry::AlertSink& alerts);
  ~VersionLedger() override;

  /// A configuration that is about to serve; what was retired is so when it returns. `durable`: the store is open;
  /// without one, calls are counted in memory and nothing is ever retired for lack of them. Blocks.
  Result<> take(std::shared_ptr<const VersionCatalogue> catalogue, bool durable);
  void start();
  /// Writes down what was called until now and ends. May be called again.
  void stop();

  /// One look. Blocks on the store; whoever asks meanwhile does not wait for it.
  void look();

  Result<std::vector<admin::VersionView>> versions(int days) override;
  Result<std::vector<admin::UsageRow>> usage(const admin::UsageQuestion& question) override;

 private:
  struct Caller {
    std::int64_t last_at = 0;
    std::int64_t calls = 0;  ///< since the process began
  };
  struct Record {
    VersionLife life;
    std::int64_t refused = 0;  ///< since the process began
    std::map<std::string, Caller, std::less<>> callers;
    bool is_new = true;  ///< not in the store as it is here
  };

  // Those that ask the store for something take the mutex themselves and let go of it meanwhile.
  /// False: calls may have been missed since the look before.
  bool count(WallTime now);
  bool write(WallTime now);
  void retire_unused(WallTime now);
  bool commit(WriteLook& change, std::unique_lock<std::mutex>& lock);

  // All under the mutex.
  Result<> load();
  void begin(const CatalogueVersion& version, std::int64_t now);
  /// `blind`: since the look before.
  void watch(WallTime now, bool blind);
  /// Nobody could be seen calling from `from` to `to`.
  void skip(WallTime from, WallTime to);
  void note(const std::vector<Usage>& usage, WallTime now);
  void settle(const WriteLook& change);
  bool is_unused(const CatalogueVersion& version, WallTime now) const;
  void retire(const VersionLife& life, WallTime now);
  void raise_notices(WallTime now);
  bool keeps_calling(const std::string& consumer, const Caller& caller, WallTime now) const;
  std::vector<SumUsage::Row> sums() const;

  void run();
  void look_safely();

  store::Store& store_;
  const Clock& clock_;
  telemetry::Metrics& metrics_;
  telemetry::LogThread& log_;
  telemetry::AlertSink& alerts_;

  std::mutex looking_;  ///< one look at a time; taken before the other
  std::mutex mutex_;    ///< never held while a look waits for the store
  bool durable_ = false;
  bool failing_ = false;    ///< the last write was refused
  bool blind_ = false;      ///< calls may have been missed since the last look that saw all
  bool told_lost_ = false;  ///< that the table is full
  std::shared_ptr<const VersionCatalogue> catalogue_ = std::make_shared<const VersionCatalogue>();
  UsageCounter counter_;
  std::map<VersionKey, Record> records_;
  /// By day, version, route and consumer: counted and not in the store yet.
  std::map<std::tuple<Day, VersionKey, std::string, std::string>, DatedUsage> unwritten_;
  std::set<VersionKey> left_;  ///< the configuration; still in the store
  WallTime watched_until_;
  SteadyTime watched_steady_;
  WallTime written_until_{};
  Day forgotten_on_ = 0;

  std::vector<telemetry::Collected> gauges_;
  std::mutex thread_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace causeway::app
