#include "upstream/limits_settings.h"

#include <algorithm>

namespace causeway::upstream {

resilience::Limit LimitsSettings::rate_limit() const {
  const auto second = static_cast<std::uint64_t>(rate->per_second());
  return {rate->count, rate->per, burst.value_or(std::max<std::uint64_t>(1, second))};
}

const config::Keys<LimitsSettings>& LimitsSettings::keys() {
  static const auto keys =
      config::Keys<LimitsSettings>("limits of a cluster",
                                   "Shared by calls, deliveries and jobs: deliveries wait, callers get 50391.")
          .optional("rate", &LimitsSettings::rate, "calls per unit of time")
          .by_default("none")
          .optional("burst", &LimitsSettings::burst, "calls at once, with `rate`")
          .by_default("one second's worth")
          .range(1, 1'000'000'000)
          .optional("concurrent", &LimitsSettings::concurrent, "calls in flight at a time")
          .by_default("no limit")
          .range(1, 1'000'000)
          .optional("queue_timeout", &LimitsSettings::queue_timeout,
                    "how long a caller waits for its turn; 0ms: not at all")
          .range(Duration(0), Duration(std::chrono::minutes(1)))
          .optional("connections", &LimitsSettings::connections, "connections to one endpoint at a time")
          .by_default("no limit")
          .range(1, 1'000'000)
          .optional("idle_connections", &LimitsSettings::idle_connections,
                    "connections to one endpoint that each worker keeps for later calls")
          .range(0, 65536)
          .optional("idle_timeout", &LimitsSettings::idle_timeout,
                    "how long one is kept; should be shorter than what the system allows")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(24)))
          .check([](const LimitsSettings& limits, const config::Node& node, config::Reading& reading) {
            if (!limits.burst || limits.rate) return;
            auto step = reading.enter("burst");
            reading.error(*node.find("burst"), "burst belongs to a `rate`, and there is none", "conflict");
          });
  return keys;
}

}  // namespace causeway::upstream
