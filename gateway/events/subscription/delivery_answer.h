// What a system's answer says about a delivery, by the rules of its cluster and by the subscription's done_when.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "events/subscription/subscription_table.h"
#include "events/subscription/verdict.h"

namespace causeway::events {

struct UnderstoodAnswer {
  int http_status = 0;  ///< 0: no whole answer came
  int status = 0;       ///< that counts, as Answer has it
  std::string retry_after;
  std::optional<CallClass> outcome;
  std::optional<bool> done;
  std::uint32_t code = 0;  ///< of a failure that the system named
  std::string message;
  std::string details;  ///< JSON; empty: none
  std::string error;    ///< why there is no answer, or none that can be understood
  std::string refused;  ///< done_when failed: the event is a dead letter

  Answer to_judge() const { return {status, retry_after, outcome, done, code, message}; }
};

/// How much of an answer is read: more where its words are asked.
std::uint64_t answer_limit(const SubscriptionSpec& spec);

/// `body` is empty when it was too large to be read, which `whole` tells apart. An answer that has to be understood and
/// cannot be counts as none: the system failed. Works in `memory`; what it returns is its own.
UnderstoodAnswer understand(const SubscriptionSpec& spec, Bytes event, int status, Bytes body, bool whole,
                            std::pmr::memory_resource* memory);

}  // namespace causeway::events
