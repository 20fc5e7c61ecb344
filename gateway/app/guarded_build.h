// Where calls of a route are kept (`idempotency`, `on_unknown`, `publish.when: transaction`): the rules, the step that
// begins them, and what stands around the adapter.
#pragma once

#include <memory>

#include "app/compilation.h"
#include "app/effective_text.h"
#include "exchange/adapter.h"

namespace causeway::app {

class ChainBuilder;

/// Once the chain of the route is known: completes `context.rules` and gives the adapter with the guard around it; as
/// it was where nothing is kept. What is wrong goes to `context.reading`. `called`: the route's own adapter, inside of
/// its fallbacks; null, as `adapter`, where it could not be built.
std::unique_ptr<const Adapter> build_guarded(std::unique_ptr<const Adapter> adapter, const Adapter* called,
                                             const BuildContext& context, const Settings& settings,
                                             const RouteSources& sources, RouteContext& out, ChainBuilder& chain);

}  // namespace causeway::app
