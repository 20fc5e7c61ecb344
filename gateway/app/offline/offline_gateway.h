// A gateway that is tried out: the configuration of real files, the server's and the pipeline's own code, one worker on
// the calling thread; no network, no store on a disk, no real secret. `causeway test` and `causeway explain --body`
// call it.
//
// A call takes the way of any other: bytes through a pair of sockets, the connection's parser, the route's chain, the
// cluster's connection to a system, which is played (played_systems.h). Time stands still while anything can happen and
// jumps to the next timer when nothing can, so that a timeout of a minute takes none.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/compilation.h"
#include "app/offline/caller_credentials.h"
#include "app/offline/offline_call.h"
#include "app/offline/offline_clock.h"
#include "app/offline/offline_events.h"
#include "app/offline/played_systems.h"
#include "app/offline/stand_ins.h"
#include "pipeline/pipeline.h"
#include "server/listener.h"
#include "telemetry/log_thread.h"
#include "transactions/transactions.h"

namespace causeway::app {

/// One thread. Throws only for what the machine lacks (memory, sockets).
class OfflineGateway {
 public:
  /// Null when `errors` says what is wrong with the files; warnings may be there in any case. Blocks on files.
  static std::unique_ptr<OfflineGateway> open(const ConfigFiles& files, config::Errors& errors);
  ~OfflineGateway();
  OfflineGateway(const OfflineGateway&) = delete;
  OfflineGateway& operator=(const OfflineGateway&) = delete;

  /// Forgets events and everything that wears off with time, as if the gateway had been idle for a month. Then it is
  /// `now`; by default the machine's time, at least a second after the last call.
  void start_anew(std::optional<WallTime> now = {});

  /// One call on a connection of its own, with what the systems answer in order.
  OfflineAnswer call(const OfflineRequest& request, const std::vector<ScriptedAnswer>& systems);

  /// The first attempt to deliver an event: filter, transform, the call, and what its answer means.
  OfflineAnswer deliver(const OfflineDelivery& delivery, const std::vector<ScriptedAnswer>& systems);

  const Settings& settings() const { return compiled_.settings; }
  const Compiled& compiled() const { return compiled_; }
  /// The route files that were read.
  const std::vector<std::filesystem::path>& route_files() const { return route_files_; }
  WallTime now() const { return clock_.wall(); }

 private:
  class Handler;

  OfflineGateway();
  bool compile_files(const ConfigFiles& files, config::Errors& errors);
  void open_server();
  /// Which of the consumer's schemes the call's route takes.
  CallerScheme choose_scheme(const security::ConsumerSettings& consumer, const OfflineRequest& request);
  std::string prove(OfflineRequest& request);
  /// Lets everything happen that can, time included, until `ended`. False when that never comes. `pump` moves what is
  /// not the worker's, and says whether it could.
  bool go_on(const std::function<bool()>& ended, const std::function<bool()>& pump);

  OfflineClock clock_;
  telemetry::Metrics metrics_;
  telemetry::LogThread log_;  ///< never started: nothing is written
  runtime::Worker worker_;
  runtime::Worker* const workers_[1] = {&worker_};
  WorkerContext context_;
  PlayedSystems systems_;
  ProcessState state_;
  OfflineEvents events_;
  WorkerContext* const contexts_[1] = {&context_};
  transactions::Transactions transactions_{state_.log, contexts_, metrics_, nullptr};  ///< asks nobody by itself
  Compiled compiled_;
  std::vector<std::filesystem::path> route_files_;
  std::unique_ptr<CallerCredentials> credentials_;
  pipeline::Pipeline pipeline_;
  std::unique_ptr<Handler> handler_;
  server::ServerMetrics server_metrics_;
  std::unique_ptr<server::Listener> listener_;  ///< for its limits; it listens nowhere
  server::WorkerConnections home_;
  std::string host_;      ///< what callers take the gateway to be called
  bool secured_ = false;  ///< the listener has certificates, so calls count as encrypted
};

}  // namespace causeway::app
