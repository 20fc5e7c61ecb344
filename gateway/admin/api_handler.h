// The admin API on the admin port: who may come in, then a thread that may block. Strangers get no further than this
// file (docs/adr/0007-admin-on-our-server.md).
#pragma once

#include "admin/access.h"
#include "admin/dispatcher.h"
#include "exchange/exchange.h"
#include "runtime/blocking_pool.h"

namespace causeway::admin {

/// On the admin worker; one a process.
class ApiHandler final : public ExchangeHandler {
 public:
  static constexpr std::uint64_t kBodyLimit = 1u << 20;

  /// `access` and what `ports` refer to outlive it.
  ApiHandler(const AccessHolder& access, Ports ports);

  Task<> handle(Exchange& exchange) override;
  void refuse(Exchange& exchange, Error error) override;
  void finished(Exchange&, bool) noexcept override {}

  /// Finishes what operators have begun, then refuses. Before the store closes and the admin worker ends.
  void stop() { pool_.stop(); }

 private:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kWaiting = 64;

  Result<User> admit(Exchange& exchange) const;

  const AccessHolder& access_;
  Dispatcher dispatcher_;
  runtime::BlockingPool pool_{"admin-api", kThreads, kWaiting};
};

}  // namespace causeway::admin
