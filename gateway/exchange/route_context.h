// What plugins, adapters and the record may know about the route that took the call. Immutable, part of the snapshot.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/clock.h"
#include "expression/surroundings.h"

namespace causeway {

struct RouteContext {
  std::string name;
  std::string api;
  bool wrapped = true;                   ///< answers carry the envelope
  bool plain_answers = false;            ///< a step reads answers: systems are asked for no codings or ranges of them
  std::uint64_t whole_answer = 0;        ///< a step reads JSON answers whole up to so many bytes; 0: none does
  bool publishes = false;                ///< a success becomes an event
  bool guards_replays = false;           ///< `idempotency` may answer a call whose signature was used before
  bool authenticates = false;            ///< callers prove who they are: no `auth: none`
  std::string challenge;                 ///< WWW-Authenticate of a 401
  std::optional<ByteSize> request_body;  ///< overrides the listener's limit
  std::optional<Duration> body_timeout;
  std::shared_ptr<const expression::Surroundings> expressions;  ///< of its programs; null: the defaults
};

}  // namespace causeway
