// What an event takes on a bus, known before it is stored: a broker says that a record is too large only when it gets
// it, and what is stored must get there.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "events/event_log.h"

namespace causeway::events {

/// Key, value and headers as one record, rather a little more than less. `source`: who publishes.
std::size_t record_size(const EventDraft& draft, std::string_view source);

/// kBodyTooLarge, with both sizes in the message, when the bus of the topic is known to take no such record.
std::optional<Error> refuse_size(const Topic& topic, const EventDraft& draft, std::string_view source);

}  // namespace causeway::events
