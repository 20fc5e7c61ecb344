// From a system's answer to the exchange's: what it means by the cluster's rules, and what becomes of it.
#pragma once

#include "exchange/exchange.h"
#include "upstream/answer_rules.h"

namespace causeway::adapters {

/// Reads a JSON answer, which lies in exchange.response, whole and asks the rules, where they ask for it; else its
/// status says what it means. 50292 for an envelope that is none, unless `reply: as_is` passes it on all the same.
Task<Result<upstream::Meaning>> read_meaning(Exchange& exchange, const upstream::AnswerRules& rules);

/// A success leaves what the system said, without its envelope, as the body; a failure that was said becomes the answer
/// with its own code, message and details. `reply: as_is` passes the body as it came; what it means is noted all the
/// same.
void take_meaning(Exchange& exchange, const upstream::Meaning& meaning);

}  // namespace causeway::adapters
