// The visible list of what a route's `fallback` may name: what answers when the system does not.
#pragma once

#include <memory>
#include <string>

#include "app/compilation.h"
#include "exchange/adapter.h"

namespace causeway::app {

/// Those that there are, in the order of the list, with the description of their keys.
const std::vector<config::Choice>& describe_fallbacks();

/// The route's adapter within its fallbacks; as it came where the route has none. `adapter` is null when it could not
/// be built; the fallbacks are checked all the same. `route` and `defaults` are the mappings of the file.
std::unique_ptr<const Adapter> add_fallbacks(std::unique_ptr<const Adapter> adapter, const config::Node& route,
                                             const config::Node& defaults, const BuildContext& context);

/// `cached for 6h; static`: one line for the route's record. Empty where the route has none.
std::string text_of_fallbacks(const std::vector<config::Deferred>& fallbacks);

}  // namespace causeway::app
