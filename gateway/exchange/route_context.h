// What plugins, adapters and the record may know about the route that took the call. Immutable, part of the snapshot.
#pragma once

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"

namespace causeway {

struct RouteContext {
  std::string name;
  std::string api;
  bool wrapped = true;                   ///< answers carry the envelope
  bool plain_answers = false;            ///< a step reads answers: systems are asked for no codings or ranges of them
  bool publishes = false;                ///< a success becomes an event
  bool authenticates = false;            ///< callers prove who they are: no `auth: none`
  std::string challenge;                 ///< WWW-Authenticate of a 401
  std::optional<ByteSize> request_body;  ///< overrides the listener's limit
  std::optional<Duration> body_timeout;
};

}  // namespace causeway
