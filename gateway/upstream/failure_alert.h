// The alert about a system whose calls fail after all attempts (handbook: @Recover). One a cluster.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "telemetry/alert_sink.h"
#include "upstream/cluster.h"

namespace causeway::upstream {

inline constexpr std::string_view kFailureAlert = "calls_failing";

/// Of alerts that fire since another process or configuration: one whose cluster is gone is over, that of another is
/// over with its next call that works. Off the workers.
void adopt_failure_alerts(telemetry::AlertSink& alerts, std::span<const std::shared_ptr<const Cluster>> clusters);

}  // namespace causeway::upstream
