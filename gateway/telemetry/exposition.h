// Metrics for prometheus-cpp: whatever works with its registry interface can scrape ours.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

#include "telemetry/metrics.h"

namespace causeway::telemetry {

/// Thread safe; `metrics` outlives it.
class Exposition final : public prometheus::Collectable {
 public:
  explicit Exposition(const Metrics& metrics) : metrics_(metrics) {}
  std::vector<prometheus::MetricFamily> Collect() const override { return metrics_.collect(); }

 private:
  const Metrics& metrics_;
};

}  // namespace causeway::telemetry
