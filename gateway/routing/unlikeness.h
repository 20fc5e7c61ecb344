// How near a word of a call is to the one that a route has: what was probably meant.
#pragma once

#include <string_view>

namespace causeway::routing {

inline constexpr unsigned kUnlike = 12;

/// 0 (the same but for case) to kUnlike (nothing is), by the edits that it takes. Beyond 64 bytes nothing is looked at.
unsigned unlikeness(std::string_view a, std::string_view b);

}  // namespace causeway::routing
