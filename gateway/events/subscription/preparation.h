// What happens to an event before its first attempt: the filter, then what is sent about it.
#pragma once

#include <cstdint>
#include <string>

#include "events/subscription/subscription_table.h"
#include "runtime/arena.h"

namespace causeway::events {

struct Preparation {
  enum class Kind : std::uint8_t { kSend, kLeftOut, kRefused };
  Kind kind = Kind::kSend;
  std::string sent;    ///< of kSend; empty: the event itself
  std::string reason;  ///< of kRefused: which expression failed, and why
};

/// May the subscription be told of the event? An error is no: the event is not left out by it, but a dead letter.
Result<bool> passes(const SubscriptionSpec& spec, Bytes event, runtime::ChunkPool& chunks);

/// `passed`: the filter was asked already.
Preparation prepare(const SubscriptionSpec& spec, Bytes event, bool passed, runtime::ChunkPool& chunks);

}  // namespace causeway::events
