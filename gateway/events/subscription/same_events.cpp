#include "events/subscription/same_events.h"

#include "events/log_reader.h"

namespace causeway::events {

Result<> SameEvents::run(store::Session& session) {
  for (Claim& claim : claims) {
    ReadEvent read;
    read.topic = topic_;
    read.shard = claim.shard;
    read.position = claim.position;
    Result<> asked = read.run(session);
    if (!asked) return asked;
    claim.same = read.found && read.event.event_id == claim.event_id;
  }
  return {};
}

}  // namespace causeway::events
