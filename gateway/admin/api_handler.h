// The admin API on the admin port: who may come in, then a thread that may block. Strangers get no further than this
// file (docs/adr/0007-admin-on-our-server.md).
#pragma once

#include "admin/access.h"
#include "admin/dispatcher.h"
#include "exchange/exchange.h"
#include "runtime/blocking_pool.h"

namespace causeway::admin {

/// Answers what OperationsHandler leaves: on the admin worker, one a process. Stopping: drain the listener, `stop`,
/// then close the store and end the worker.
class ApiHandler final : public ExchangeHandler {
 public:
  static constexpr std::uint64_t kBodyLimit = 1u << 20;

  /// `access` and what `ports` refer to outlive it.
  ApiHandler(const AccessHolder& access, Ports ports);

  Task<> handle(Exchange& exchange) override;
  void refuse(Exchange& exchange, Error error) override;
  void finished(Exchange&, bool) noexcept override {}

  /// Finishes what operators have begun, then refuses (50391). Any thread but the worker's; may be called again.
  void stop() { pool_.stop(); }

 private:
  static constexpr std::size_t kThreads = 4;
  static constexpr std::size_t kWaiting = 64;

  /// kMisdirected, kForbidden, kMalformedHttp, kNoCredentials, kWrongCredentials.
  Result<User> admit(const Exchange& exchange) const;
  Task<Reply> answer(Exchange& exchange);
  void log_refusal(const Exchange& exchange, std::string_view user, const Error& error) const;

  const AccessHolder& access_;
  telemetry::LogThread& log_;
  Dispatcher dispatcher_;
  runtime::BlockingPool pool_{"admin-api", kThreads, kWaiting};
};

}  // namespace causeway::admin
