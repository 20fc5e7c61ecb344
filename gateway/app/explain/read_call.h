// Calls as lines of JSON: `{"method": "GET", "target": "/x?a=1", "headers": [["Accept", "*/*"]], "body": "text"}`.
#pragma once

#include <optional>
#include <string>

#include "app/explain/call_text.h"
#include "core/bytes.h"

namespace causeway::app {

/// Nothing, with `problem` filled in, when the line is no call.
std::optional<CallText> read_call(Bytes line, std::string& problem);

}  // namespace causeway::app
