// Times as RFC 3339 writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace causeway {

/// Unix milliseconds, what is finer cut off. Empty when it is not a date-time (RFC 3339 5.6). A leap second counts as
/// the second after it. Thread safe.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace causeway
