// The visible list of adapters that a route's `adapter` may name.
#pragma once

#include <memory>

#include "app/compilation.h"
#include "exchange/adapter.h"

namespace causeway::app {

/// Those that there are, in the order of the list, with the description of their keys.
const std::vector<config::Choice>& describe_adapters();

/// Null when the adapter is unknown, not in this version, or its settings are wrong: `context.reading` says so.
std::unique_ptr<const Adapter> build_adapter(const config::Deferred& adapter, const BuildContext& context);

}  // namespace causeway::app
