// The admin port: what operators see and do.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "admin/api_handler.h"
#include "app/settings.h"
#include "server/listener.h"
#include "server/operations_handler.h"

namespace causeway::app {

/// Used by the main thread. Everything given outlives it.
class AdminHost {
 public:
  AdminHost(runtime::Worker& accept_worker, WorkerContext& context, std::span<runtime::Worker* const> workers,
            const telemetry::Metrics& metrics, const server::Readiness& readiness, admin::Ports ports);

  /// Takes the users of the configuration and binds. Empty, or what went wrong.
  std::string open(const Settings& settings, std::shared_ptr<const server::ListenerView> view);
  /// Users and certificate of another configuration; at a reload, off the workers.
  void take(const Settings& settings, std::shared_ptr<const server::ListenerView> view);
  void start();
  /// True when every connection has ended in time.
  bool drain(Duration patience);
  /// Finishes what operators have begun; before the store closes.
  void close() { api_.stop(); }
  const std::string& address() const { return listener_->address(); }

 private:
  void take_users(const Settings& settings);

  runtime::Worker& accept_worker_;
  WorkerContext* const context_;
  telemetry::LogThread& log_;
  admin::AccessHolder access_;
  admin::ApiHandler api_;
  server::OperationsHandler operations_;
  const server::ServerMetrics metrics_;  ///< counts where nobody looks: operators are not callers
  std::unique_ptr<server::Listener> listener_;
  std::string token_;  ///< generated, once it was needed
};

}  // namespace causeway::app
