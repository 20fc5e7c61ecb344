// What one attempt says to the system: the bytes about an event, settled once, and the address and headers around them.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "events/subscription/subscription_table.h"

namespace causeway::events {

/// The bytes that are sent about `event`, by transform and body; the event itself where there is neither. Works, and
/// lies, in `memory`. The error says under which key what went wrong.
Result<Bytes> render_sent(const SubscriptionSpec& spec, Bytes event, std::pmr::memory_resource* memory);

/// The target and headers of a call that sends `sent` about `event`. Everything lies in `memory`.
struct RenderedCall {
  explicit RenderedCall(std::pmr::memory_resource* memory) : target(memory), headers(memory) {}
  std::pmr::string target;
  std::pmr::vector<std::pair<std::string_view, std::pmr::string>> headers;  ///< names are the target's own
};
/// A value in the path that cannot be one segment, and one in a header that would end its line, are errors.
Result<> render_call(const DeliveryTarget& target, Bytes sent, Bytes event, RenderedCall& out);

}  // namespace causeway::events
