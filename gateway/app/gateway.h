// The running process: threads, listeners, log, and what happens to them over start, reload, drain and stop.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "alerts/alert_book.h"
#include "app/admin_host.h"
#include "app/cluster_register.h"
#include "app/cluster_watch.h"
#include "app/compilation.h"
#include "app/event_host.h"
#include "app/explain/route_register.h"
#include "app/oauth/jwks_refresher.h"
#include "app/oauth/token_refresher.h"
#include "app/reload/configurations.h"
#include "app/reload/file_watch.h"
#include "app/reload/one_thread.h"
#include "app/replay_keeper.h"
#include "app/transaction_register.h"
#include "app/versions/version_ledger.h"
#include "pipeline/pipeline.h"
#include "server/listener.h"
#include "telemetry/log_thread.h"

namespace causeway::app {

struct RunOptions {
  ConfigFiles config;
  std::filesystem::path port_file;  ///< empty: none
};

/// Used by the main thread, but for `reload` and what the admin API asks. Not restartable.
class Gateway final : private admin::ProcessPort {
 public:
  explicit Gateway(RunOptions options);
  ~Gateway() override;

  /// Compiles, binds, starts. Empty, or what went wrong (already with file:line:col where it is the configuration).
  std::string start();
  /// Takes the files as they are now, or keeps what is running and logs every error. Any thread but a worker,
  /// one after the other.
  /// Never throws: whatever goes wrong is a reason why it was not taken.
  admin::ReloadReport reload(const admin::ReloadRequest& request) override;
  /// The same, later, on another thread.
  void reload_later(admin::ReloadRequest request);
  /// Stops accepting and lets calls in flight end. `again` is asked every few milliseconds whether to stop at once.
  /// True when everything ended in order.
  bool drain(bool (*again)());
  /// Ends deliveries, admin port and store in this order; after `drain`, while the workers still run.
  void close();
  /// Writes what was logged. After `drain`.
  void flush_log();

 private:
  // admin::ProcessPort
  void drain() override;
  std::string describe() override;
  admin::ConfigVersion configuration() override;
  Result<std::vector<admin::ConfigVersion>> configurations(std::int64_t before, std::size_t limit) override;
  Result<admin::ConfigVersion> configuration(std::int64_t version) override;
  std::vector<std::string> topics() override;

  void make_threads(const Settings& settings);
  std::string open_listeners(Compiled& compiled);
  void take_keys(const Compiled& compiled);
  std::string begin_replays();
  std::string take_versions(const Compiled& compiled);
  void publish(const Compiled& compiled);
  admin::ReloadReport reload_safely(const admin::ReloadRequest& request);
  admin::ReloadReport reload_now(const admin::ReloadRequest& request);
  bool try_to_take(const Compiled& compiled, const config::Documents& documents, const admin::ReloadRequest& request,
                   config::Errors& errors, Configurations::Offer& offer, std::string& reason);
  void take(Compiled& compiled, Configurations::Offer offer);
  void log_thrown(std::string_view thread, std::string_view what);
  void note_taken();
  void collect_reloads();
  /// What happened to a reload: metrics, log, and the audit where no admin user began it.
  void tell(const admin::ReloadRequest& request, const admin::ReloadReport& report, const Difference& difference);
  void audit(const admin::ReloadRequest& request, const admin::ReloadReport& report);
  void log_problems(const config::Errors& errors);
  std::string write_port_file() const;
  int open_connections() const;

  const RunOptions options_;
  std::mutex reloading_;
  SystemClock clock_;
  telemetry::Metrics metrics_;
  std::unique_ptr<telemetry::LogThread> log_;
  server::Readiness readiness_;
  std::vector<telemetry::Collected> collected_;

  // In this order: what is below uses what is above.
  OneThread reloads_{"reload", [this](std::string_view what) {
                       log_thrown("reload", what);
                     }};  ///< makes configurations and takes them apart
  std::unique_ptr<runtime::Worker> accept_worker_;
  std::unique_ptr<runtime::Worker> admin_worker_;
  std::vector<std::unique_ptr<runtime::Worker>> workers_;
  std::vector<runtime::Worker*> worker_pointers_;
  std::vector<std::unique_ptr<WorkerContext>> contexts_;
  std::vector<WorkerContext*> context_pointers_;
  std::unique_ptr<WorkerContext> admin_context_;
  std::unique_ptr<ProcessState> state_;
  std::unique_ptr<JwksRefresher> keys_;
  std::unique_ptr<TokenRefresher> tokens_;
  std::unique_ptr<ClusterWatch> cluster_watch_;
  std::unique_ptr<Configurations> configurations_;
  std::unique_ptr<FileWatch> watch_;
  std::unique_ptr<alerts::AlertBook> alerts_;
  std::unique_ptr<VersionLedger> versions_;
  RouteRegister routes_{clock_};
  ClusterRegister clusters_{metrics_, clock_};
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<EventHost> events_;
  std::unique_ptr<TransactionRegister> transactions_;
  SystemMachineClock machine_clock_;
  std::unique_ptr<ReplayKeeper> replays_;
  std::unique_ptr<AdminHost> admin_;
  server::ServerMetrics server_metrics_;
  std::vector<std::unique_ptr<server::Listener>> listeners_;
  Settings settings_;
  std::shared_ptr<const pipeline::Snapshot> snapshot_;
  mutable std::mutex described_;  ///< of what `describe` and `topics` tell
  std::shared_ptr<const events::TopicTable> topics_;
  std::size_t subscriptions_ = 0;
  ReloadSettings watched_;   ///< in force
  SteadyTime drained_by_{};  ///< when the drain has to be over
  std::atomic<std::int64_t> reloads_taken_{0};
  std::atomic<std::int64_t> reloads_refused_{0};
  std::atomic<bool> last_reload_taken_{true};
  std::atomic<std::int64_t> last_taken_at_{0};  ///< unix milliseconds
  std::atomic<std::uint64_t> hash_{0};          ///< the first 48 bits of the configuration's
};

}  // namespace causeway::app
