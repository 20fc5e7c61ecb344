#include "upstream/failure_alert.h"

#include <algorithm>

namespace causeway::upstream {

void adopt_failure_alerts(telemetry::AlertSink& alerts, std::span<const std::shared_ptr<const Cluster>> clusters) {
  for (const telemetry::Labels& labels : alerts.firing(kFailureAlert)) {
    const auto found = std::ranges::find_if(clusters, [&](const std::shared_ptr<const Cluster>& cluster) {
      return labels == telemetry::Labels{{"cluster", *cluster->settings().name}};
    });
    if (found == clusters.end()) {
      alerts.resolve(kFailureAlert, labels);
      continue;
    }
    std::int64_t none = 0;  // it fires, since long ago
    (*found)->state().alerted_at.compare_exchange_strong(none, 1);
  }
}

}  // namespace causeway::upstream
