// What a failed attempt means for its call (design: details.md, Calls): told apart by whether the system may have seen
// it.
#pragma once

#include <string>

#include "core/result.h"
#include "net/method.h"

namespace causeway::upstream {

/// A call that ended without a whole answer: 50290, 50291 or 50490 as it is, but 50491 with `outcome: unknown` when
/// a byte of an unsafe call was sent. Other errors pass.
Error settle(Error error, net::Method method, bool sent);

/// 50491 with `outcome: unknown`; `why` is for the log.
Error unknown_outcome(std::string why);
/// 49990: nobody waits for the answer any more.
Error caller_left();

/// The caller's body, the caller's leaving, or our own lack of room: no failure of the system.
bool says_nothing_about_the_system(Code code);

}  // namespace causeway::upstream
