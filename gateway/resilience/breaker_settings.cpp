#include "resilience/breaker_settings.h"

namespace causeway::resilience {
namespace {

void check_minimum(const BreakerSettings& breaker, const config::Node& node, config::Reading& reading) {
  if (breaker.minimum_calls <= breaker.window) return;
  const bool said = node.find("minimum_calls") != nullptr;
  auto step = reading.enter(said ? "minimum_calls" : "window");
  reading.error(*node.find(said ? "minimum_calls" : "window"),
                "minimum_calls (" + std::to_string(breaker.minimum_calls) + ") is more than window (" +
                    std::to_string(breaker.window) + "): it would never open",
                "conflict");
}

}  // namespace

const config::Keys<BreakerSettings>& BreakerSettings::keys() {
  static const auto keys =
      config::Keys<BreakerSettings>("circuit breaker")
          .optional("enabled", &BreakerSettings::enabled, "false: it never opens")
          .optional("failure_rate", &BreakerSettings::failure_rate,
                    "it opens where at least this share of the window's calls are failures of the system")
          .optional("slow_call", &BreakerSettings::slow_call, "a call that takes at least so long is slow")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(1)))
          .optional("slow_rate", &BreakerSettings::slow_rate,
                    "it opens where at least this share of the window's calls are slow")
          .optional("window", &BreakerSettings::window, "how many of the last calls are looked at")
          .range(1, 10000)
          .optional("minimum_calls", &BreakerSettings::minimum_calls, "before so many calls are known it stays closed")
          .range(1, 10000)
          .optional("open_for", &BreakerSettings::open_for, "how long callers are turned away before a probe")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(24)))
          .optional("half_open_calls", &BreakerSettings::half_open_calls,
                    "probes that are let through then: all succeed, it closes; one fails, it opens again")
          .range(1, 1000)
          .check(check_minimum);
  return keys;
}

}  // namespace causeway::resilience
