// What a failed attempt means for its call (design: details.md, Calls): told apart by whether the system may have seen
// it.
#pragma once

#include "core/result.h"
#include "net/method.h"

namespace causeway::upstream {

/// A call that ended without a whole answer: 50290, 50291 or 50490 as it is, but 50491 with `outcome: unknown` when
/// a byte of an unsafe call was sent. Other errors pass.
Error settle(Error error, net::Method method, bool sent);

}  // namespace causeway::upstream
