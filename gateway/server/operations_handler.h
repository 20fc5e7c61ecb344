// `/healthz`, `/readyz` and `/metrics` on the admin port, answered by a thread that calls cannot starve.
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "exchange/exchange.h"
#include "telemetry/metrics.h"

namespace causeway::server {

/// What /readyz answers from; written by the process, read by the admin thread.
struct Readiness {
  std::atomic<bool> configured{false};
  std::atomic<bool> draining{false};
  /// Says in a word why calls cannot be served although all is configured (`store_full`), or nothing. Thread safe; set
  /// before the admin port opens.
  std::function<std::string_view()> impaired;
  /// How the bus is, in a word (`reachable`, `buffering`): said beside `ready`, because calls and events are served in
  /// any case. Nothing: there is none. As `impaired`.
  std::function<std::string_view()> bus;
};

class OperationsHandler final : public ExchangeHandler {
 public:
  /// All outlive the handler. `others` answers what is none of its paths; null: 40490.
  OperationsHandler(const telemetry::Metrics& metrics, const Readiness& readiness,
                    std::span<runtime::Worker* const> workers, ExchangeHandler* others = nullptr)
      : metrics_(metrics), readiness_(readiness), workers_(workers), others_(others) {}

  Task<> handle(Exchange& exchange) override;
  void refuse(Exchange& exchange, Error error) override;
  void finished(Exchange&, bool) noexcept override {}

 private:
  Task<> let_workers_count(runtime::Worker& own);

  const telemetry::Metrics& metrics_;
  const Readiness& readiness_;
  std::span<runtime::Worker* const> workers_;
  ExchangeHandler* const others_;
};

}  // namespace causeway::server
