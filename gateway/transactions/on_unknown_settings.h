// The key `on_unknown` of a route: whom to ask what became of a call that was sent and not answered, and what the
// answers mean (design: config.md; correctness.md).
#pragma once

#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "transactions/decision.h"

namespace causeway::transactions {

struct OnUnknownSettings {
  config::Deferred check;  ///< `{http: {…}}`
  config::Placed<std::string> done_when;
  config::Placed<std::string> absent_when;
  std::optional<Duration> absent_after;
  bool barrier = false;
  config::Placed<std::string> result;
  Duration first = std::chrono::seconds(1);
  double multiplier = 2;
  Duration max_delay = std::chrono::minutes(1);
  Duration max_age = std::chrono::hours(24);
  static const config::Keys<OnUnknownSettings>& keys();

  CheckRules rules() const;
};

}  // namespace causeway::transactions
