// The steps of one route over one call, without the call itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/explain/explanation.h"
#include "app/settings.h"
#include "exchange/exchange.h"
#include "pipeline/route_plan.h"

namespace causeway::app {

struct DryRunInput {
  const pipeline::RoutePlan& plan;
  const EffectiveRoute& route;
  const Settings& settings;           ///< for the secrets that must not be shown
  const security::Consumer* assumed;  ///< who calls, proved; null: the credentials decide
  bool has_body;                      ///< the body is given, or the method has none
};

/// Runs what the head, and the body if there is one, are enough for: fills `steps`, `call` and, where a step refuses,
/// `answer`. A caller that has not proved itself is let through, for what would come then.
void dry_run(const DryRunInput& input, Exchange& exchange, Explanation& out);

/// An error as callers see it.
GivenAnswer given(const Error& error);

}  // namespace causeway::app
