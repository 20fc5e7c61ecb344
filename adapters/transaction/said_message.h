// What a system says when it prepares a half message: `{"transactionId", "eventType", "key"?, "timestamp"?, "data"}`.
#pragma once

#include <string>

#include "core/result.h"
#include "events/intake/said_event.h"
#include "events/intake/violations.h"

namespace causeway::adapters {

struct SaidMessage {
  std::string transaction_id;
  events::SaidEvent event;        ///< without an id: that is the gateway's to give
  events::Violations violations;  ///< what is wrong with the form
};

/// Errors: kNotJson with what and where, also for a member that is there twice; kInvalid for what is no object.
Result<SaidMessage> read_message(Bytes body);

}  // namespace causeway::adapters
