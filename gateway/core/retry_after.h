// Retry-After (RFC 9110, 10.2.3): how long somebody asks to be left alone.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"

namespace causeway {

/// Seconds, or a date as IMF-fixdate; at most a year. Empty when it is neither; never negative.
std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

/// What Retry-After says of a wait: whole seconds, at least one.
int retry_after_seconds(Duration wait);

}  // namespace causeway
