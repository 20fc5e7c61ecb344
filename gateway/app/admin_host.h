// The admin port: what operators see and do.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "app/settings.h"
#include "server/listener.h"
#include "server/operations_handler.h"

namespace causeway::app {

/// Used by the main thread. Everything given outlives it.
class AdminHost {
 public:
  AdminHost(runtime::Worker& accept_worker, WorkerContext& context, std::span<runtime::Worker* const> workers,
            const telemetry::Metrics& metrics, const server::Readiness& readiness);

  /// Binds. Empty, or what went wrong.
  std::string open(const Settings& settings);
  void start();
  /// True when every connection has ended in time.
  bool drain(Duration patience);
  /// Ends what still works for operators; before the store closes.
  void close() {}
  const std::string& address() const { return listener_->address(); }

 private:
  runtime::Worker& accept_worker_;
  WorkerContext* const context_;
  server::OperationsHandler operations_;
  const server::ServerMetrics metrics_;  ///< counts where nobody looks: operators are not callers
  std::unique_ptr<server::Listener> listener_;
};

}  // namespace causeway::app
