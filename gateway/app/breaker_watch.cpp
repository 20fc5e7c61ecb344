#include "app/breaker_watch.h"

#include <algorithm>
#include <utility>

#include "config/text_forms.h"

namespace causeway::app {

using resilience::Breaker;
using telemetry::Level;

void BreakerWatch::take(std::vector<std::shared_ptr<const upstream::Cluster>> clusters) {
  const std::vector<Seen> before = std::exchange(seen_, {});
  for (std::shared_ptr<const upstream::Cluster>& cluster : clusters) {
    // A cluster that was gone in between has a state of its own.
    const auto known =
        std::ranges::find(before, &cluster->state(), [](const Seen& seen) { return &seen.cluster->state(); });
    Seen& seen = seen_.emplace_back(known != before.end() ? *known : Seen());
    seen.cluster = std::move(cluster);
  }
}

void BreakerWatch::look() {
  for (Seen& seen : seen_) {
    const Breaker& breaker = seen.cluster->state().breaker;
    const Breaker::State state = breaker.state(seen.cluster->settings().circuit_breaker);
    const std::uint32_t changes = breaker.changes();
    // An operator who closes what is closed changes nothing that anybody has to know.
    const bool same = state == seen.state && (changes == seen.changes || state == Breaker::State::kClosed);
    seen.state = state;
    seen.changes = changes;
    if (!same) tell(seen);
  }
}

void BreakerWatch::tell(const Seen& seen) const {
  const upstream::ClusterSettings& settings = seen.cluster->settings();
  if (seen.state != Breaker::State::kOpen) {
    const bool closed = seen.state == Breaker::State::kClosed;
    log_.write(Level::kInfo, closed ? "breaker closed" : "breaker half-open", {{"cluster", *settings.name}});
    return;
  }
  const Breaker::Counts why = seen.cluster->state().breaker.counts(settings.circuit_breaker);
  log_.write(Level::kWarn, "breaker open",
             {{"cluster", *settings.name},
              {"calls", std::to_string(why.calls)},
              {"failures", std::to_string(why.failures)},
              {"slow", std::to_string(why.slow)},
              {"for", config::TextForm<Duration>::format(settings.circuit_breaker.open_for)}});
}

}  // namespace causeway::app
