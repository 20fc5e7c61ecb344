// From a system's answer to the exchange's: what it means by the cluster's rules, and what becomes of it.
#pragma once

#include "exchange/exchange.h"
#include "upstream/answer_rules.h"

namespace causeway::adapters {

/// Reads a JSON answer whole where the rules ask for it. A success leaves what the system said, without its envelope,
/// as the body; a failure that was said becomes the answer with its own code, message and details. `reply: as_is`
/// passes the body as it came; what it means is noted all the same. 50292 for an envelope that is none.
Task<Result<>> understand(Exchange& exchange, const upstream::AnswerRules& rules);

}  // namespace causeway::adapters
