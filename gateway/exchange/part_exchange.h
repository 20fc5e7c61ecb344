// An exchange for one call among several that an adapter makes for its caller: the same caller and request, an answer
// of its own.
#pragma once

#include "exchange/exchange.h"

namespace causeway {

/// Gives `part`, which is new, what `whole` knows of its caller and its request. `route`: whose rules its answer
/// follows. The body goes along if it is whole, and what expressions see of the request. What `part` views belongs to
/// `whole`, which has to outlive its calls. A caller's HEAD becomes a GET: of an answer that is put together the body
/// is needed.
void begin_part(Exchange& part, Exchange& whole, const RouteContext& route);

}  // namespace causeway
