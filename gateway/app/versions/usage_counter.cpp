#include "app/versions/usage_counter.h"

#include <tuple>

#include "core/code.h"

namespace causeway::app {
namespace {

using telemetry::LabelId;

// The labels of causeway_requests_total, in its order.
enum Label : std::size_t { kRoute, kMethod, kVersion, kConsumer, kStatus, kCode };

}  // namespace

void UsageCounter::take(const VersionCatalogue& catalogue) {
  for (const auto& [label, route] : catalogue.routes()) routes_.insert_or_assign(label, route);
}

std::vector<Usage> UsageCounter::collect() {
  const std::string refused_code = std::to_string(number(Code::kSunset));

  std::map<std::tuple<LabelId, LabelId, LabelId>, Counts> sums;
  std::map<telemetry::LabelIds, std::uint64_t> seen;
  bool lost = false;
  for (const telemetry::Metrics::TableRow& row : metrics_.rows(requests_)) {
    seen.emplace(row.labels, row.count);
    const auto before = seen_.find(row.labels);
    const std::uint64_t more = row.count - (before == seen_.end() ? 0 : before->second);
    if (more == 0) continue;
    // What found no row, and what the label ids did not suffice for: it may be anybody's use of anything.
    if (row.labels[kRoute] == LabelId::kOther || row.labels[kVersion] == LabelId::kOther) {
      lost = true;
      continue;
    }
    const auto route = routes_.find(row.labels[kRoute]);
    if (row.labels[kVersion] == LabelId::kEmpty || route == routes_.end()) continue;
    const bool refused = metrics_.text_of(row.labels[kCode]) == refused_code;
    if (!refused && row.labels[kConsumer] == LabelId::kEmpty && !route->second.anonymous) continue;
    Counts& counts = sums[{row.labels[kRoute], row.labels[kVersion], row.labels[kConsumer]}];
    (refused ? counts.refused : counts.calls) += static_cast<std::int64_t>(more);
  }

  std::vector<Usage> usage;
  for (const auto& [labels, counts] : sums) {
    const auto& [route_label, version, consumer] = labels;
    const CatalogueRoute& route = routes_.at(route_label);
    usage.push_back(
        {{route.api, metrics_.text_of(version)}, route.name, metrics_.text_of(consumer), counts.calls, counts.refused});
  }
  seen_.swap(seen);
  lost_ = lost;
  return usage;
}

}  // namespace causeway::app
