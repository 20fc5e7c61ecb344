// `/healthz`, `/readyz` and `/metrics` on the admin port, answered by a thread that calls cannot starve.
#pragma once

#include <atomic>

#include "exchange/exchange.h"
#include "telemetry/metrics.h"

namespace causeway::server {

/// What /readyz answers from; written by the process, read by the admin thread.
struct Readiness {
  std::atomic<bool> configured{false};
  std::atomic<bool> draining{false};
};

class OperationsHandler final : public ExchangeHandler {
 public:
  OperationsHandler(const telemetry::Metrics& metrics, const Readiness& readiness)
      : metrics_(metrics), readiness_(readiness) {}

  Task<> handle(Exchange& exchange) override;
  void refuse(Exchange& exchange, Error error) override;
  void finished(Exchange&, bool) noexcept override {}

 private:
  const telemetry::Metrics& metrics_;
  const Readiness& readiness_;
};

}  // namespace causeway::server
