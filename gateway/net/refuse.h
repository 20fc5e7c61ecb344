// The one way in which this room's parsers refuse.
#pragma once

#include "core/result.h"

namespace causeway::net {

/// An Error with its reason: a slug from a fixed set, for the log and a metric's label.
inline Error refuse(Code code, const char* reason) {
  Error error(code);
  error.info().reason = reason;
  return error;
}

}  // namespace causeway::net
