#include "resilience/rate_settings.h"

#include <algorithm>

namespace causeway::resilience {

Limit RateSettings::limit() const {
  const auto second = static_cast<std::uint64_t>(rate.per_second());
  return {rate.count, rate.per, burst.value_or(std::max<std::uint64_t>(1, second))};
}

const config::Keys<RateSettings>& RateSettings::keys() {
  static const auto keys =
      config::Keys<RateSettings>("rate limit")
          .required("rate", &RateSettings::rate, "calls admitted per unit of time")
          .optional("burst", &RateSettings::burst, "calls admitted at once")
          .by_default("one second's worth")
          .range(1, 1'000'000'000)
          .optional("per", &RateSettings::per, "whom the limit is for: each consumer, each address or the whole route")
          .later("shared");
  return keys;
}

}  // namespace causeway::resilience
