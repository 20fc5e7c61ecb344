// The running process: threads, listeners, log, and what happens to them over start, reload, drain and stop.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/admin_host.h"
#include "app/compilation.h"
#include "app/event_host.h"
#include "app/oauth/jwks_refresher.h"
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
  admin::ReloadReport reload() override;
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
  std::vector<std::string> topics() override;

  void make_threads(const Settings& settings);
  std::string open_listeners(Compiled& compiled);
  void take_keys(const Compiled& compiled);
  void publish(const Compiled& compiled);
  void take_listeners(const Compiled& compiled);
  void warn_of_restart(const Settings& wanted);
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
  std::unique_ptr<runtime::Worker> accept_worker_;
  std::unique_ptr<runtime::Worker> admin_worker_;
  std::vector<std::unique_ptr<runtime::Worker>> workers_;
  std::vector<runtime::Worker*> worker_pointers_;
  std::vector<std::unique_ptr<WorkerContext>> contexts_;
  std::vector<WorkerContext*> context_pointers_;
  std::unique_ptr<WorkerContext> admin_context_;
  std::unique_ptr<ProcessState> state_;
  std::unique_ptr<JwksRefresher> keys_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<EventHost> events_;
  std::unique_ptr<AdminHost> admin_;
  server::ServerMetrics server_metrics_;
  std::vector<std::unique_ptr<server::Listener>> listeners_;
  Settings settings_;
  std::shared_ptr<const pipeline::Snapshot> snapshot_;
  mutable std::mutex described_;  ///< of what `describe` and `topics` tell
  std::shared_ptr<const events::TopicTable> topics_;
  std::size_t subscriptions_ = 0;
  WallTime taken_at_{};
  SteadyTime drained_by_{};  ///< when the drain has to be over
  telemetry::Counter reloads_ok_;
  telemetry::Counter reloads_refused_;
};

}  // namespace causeway::app
