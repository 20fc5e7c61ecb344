// From the counters of calls to what is new since the last look. The path of a call counts in its worker's shard and
// does nothing else for the record of versions.
#pragma once

#include <map>
#include <vector>

#include "app/versions/usage_table.h"
#include "telemetry/metrics.h"

namespace causeway::app {

/// Not thread safe.
class UsageCounter {
 public:
  /// `metrics` outlives it.
  explicit UsageCounter(const telemetry::Metrics& metrics, telemetry::CounterTable requests)
      : metrics_(metrics), requests_(requests) {}

  /// The routes of a configuration, beside those of the ones before: their last calls may not be counted yet.
  void take(const VersionCatalogue& catalogue);
  /// What was counted since it was asked last. A call is use when its consumer was authenticated, or nobody had to be;
  /// a call that was answered with 41090 is refused; all others are nobody's.
  std::vector<Usage> collect();
  /// Among what was collected last were calls that the table could not tell apart: whose they were is not known.
  bool lost() const { return lost_; }

 private:
  struct Counts {
    std::int64_t calls = 0;
    std::int64_t refused = 0;
  };

  const telemetry::Metrics& metrics_;
  const telemetry::CounterTable requests_;
  std::map<telemetry::LabelId, CatalogueRoute> routes_;
  std::map<telemetry::LabelIds, std::uint64_t> seen_;
  bool lost_ = false;
};

}  // namespace causeway::app
