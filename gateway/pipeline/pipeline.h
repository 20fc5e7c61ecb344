// One exchange from the end of its head to its record: route, plugins, adapter, plugins, envelope.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "exchange/exchange.h"
#include "pipeline/recorder.h"
#include "pipeline/snapshot.h"

namespace causeway::pipeline {

/// One a process. `handle`, `refuse` and `finished` run on the exchange's worker.
class Pipeline final : public ExchangeHandler {
 public:
  /// `workers` is how many there are; `metrics` and `labels` outlive the pipeline.
  Pipeline(std::size_t workers, telemetry::Metrics& metrics, const telemetry::StandardLabels& labels);

  /// Gives one worker another configuration. On that worker's thread; exchanges that have begun keep theirs.
  void take(const runtime::Worker& worker, std::shared_ptr<const Snapshot> snapshot);

  Task<> handle(Exchange& exchange) override;
  void refuse(Exchange& exchange, Error error) override;
  void finished(Exchange& exchange, bool complete) noexcept override;

 private:
  /// A worker's own reference: exchanges count on it, so that the workers do not share one counter.
  using Held = std::shared_ptr<const std::shared_ptr<const Snapshot>>;

  void begin(Exchange& exchange);
  const RoutePlan* match(Exchange& exchange, const Snapshot& snapshot, Result<>& verdict);
  Task<Result<>> run(Exchange& exchange, const RoutePlan& plan);
  std::optional<Result<>> read_arrived(Exchange& exchange, bool whole);
  Task<Result<>> read_body(Exchange& exchange, bool whole);

  std::vector<Held> held_;
  Recorder recorder_;
};

}  // namespace causeway::pipeline
