// `rate_limit: {rate: 100/s, burst: 200, per: consumer}` (design: config.md).
#pragma once

#include <cstdint>
#include <optional>

#include "config/keys.h"
#include "resilience/gcra.h"

namespace causeway::resilience {

/// Whom a limit is for: each consumer, each address, or all callers of the route together.
enum class Per { kConsumer, kAddress, kRoute };
constexpr auto names(Per) {
  return config::table<Per>({{"consumer", Per::kConsumer}, {"address", Per::kAddress}, {"route", Per::kRoute}});
}

struct RateSettings {
  config::Rate rate;
  std::optional<std::uint64_t> burst;
  Per per = Per::kConsumer;

  /// The default burst is one second's worth, at least one call.
  Limit limit() const;

  static const config::Keys<RateSettings>& keys();
};

}  // namespace causeway::resilience
