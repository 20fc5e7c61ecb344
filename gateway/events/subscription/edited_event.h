// An event that an operator has edited before it is tried again.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "events/topic_settings.h"

namespace causeway::events {

/// `event` with `data` (JSON) in place of its data, `event_id` in place of its id and a member `replayOf` with the old
/// one. Everything else stays as it is, digit by digit. kInvalid when `data` is no JSON, or no object where the shape
/// is flat.
Result<std::string> edit_event(std::string_view event, EventShape shape, std::string_view data,
                               std::string_view event_id);

}  // namespace causeway::events
