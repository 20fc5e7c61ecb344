// The one place where a call is recorded, however it ended: metrics and the call log.
#pragma once

#include "exchange/exchange.h"
#include "pipeline/snapshot.h"
#include "telemetry/labels.h"
#include "telemetry/metrics.h"

namespace causeway::pipeline {

/// causeway_requests_total{route,method,version,consumer,status,code}: every call that was answered. For those who keep
/// a record of calls, too.
telemetry::CounterTable requests_table(telemetry::Metrics& metrics);

/// Immutable after construction; `record` counts on the exchange's own worker.
class Recorder {
 public:
  Recorder(telemetry::Metrics& metrics, const telemetry::StandardLabels& labels);

  /// `plan` is null when no route took the call; `complete`: the answer was written whole.
  void record(Exchange& exchange, const Snapshot* snapshot, const RoutePlan* plan, bool complete) const;

 private:
  void count(Exchange& exchange, const Snapshot* snapshot, const RoutePlan* plan) const;
  void log(Exchange& exchange, bool complete) const;

  const telemetry::StandardLabels& labels_;
  telemetry::CounterTable requests_;
  telemetry::Counter request_bytes_;
  telemetry::Counter response_bytes_;
  telemetry::LabelId no_route_;
};

}  // namespace causeway::pipeline
