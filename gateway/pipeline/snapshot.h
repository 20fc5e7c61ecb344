// One configuration, compiled: what a worker needs to serve calls. Immutable; workers share it until the next one is
// taken.
#pragma once

#include <memory>
#include <vector>

#include "pipeline/route_plan.h"
#include "routing/route_table.h"
#include "security/consumer.h"

namespace causeway::pipeline {

struct Snapshot {
  std::shared_ptr<const security::ConsumerTable> consumers;
  std::vector<telemetry::LabelId> consumer_labels;  ///< by Consumer::index
  std::shared_ptr<const routing::RouteTable> routes;
  std::vector<std::unique_ptr<const RoutePlan>> plans;  ///< by RouteInfo::index
};

}  // namespace causeway::pipeline
