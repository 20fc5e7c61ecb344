// Dates of tokens: seconds since 1970 as a JSON number (RFC 7519, 2), possibly with a fraction.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"

namespace causeway::security {

/// A JSON number token, read exactly (no double is involved) and cut to milliseconds. Empty for a negative one and for
/// a date beyond the year 9999, however it is written (1e400 too).
std::optional<WallTime> parse_numeric_date(std::string_view number);

}  // namespace causeway::security
