// Members that occur twice: receivers would disagree about which one counts.
#pragma once

#include <optional>
#include <string>

#include "core/bytes.h"

namespace causeway::events {

/// The name of a member that an object of `json` has twice, at any depth, however it is escaped; empty when there is
/// none. `json` has passed check_json. One pass, then a sort of each object's names; no recursion; thread safe.
std::optional<std::string> find_doubled_member(Bytes json);

}  // namespace causeway::events
