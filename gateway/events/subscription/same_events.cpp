#include "events/subscription/same_events.h"

#include "events/event_tables.h"

namespace causeway::events {

Result<> SameEvents::run(store::Session& session) {
  const auto topic = tables::find_topic(session, topic_);
  for (Claim& claim : claims) {
    const auto seen = topic ? tables::find_seen(session, topic->id, claim.event_id) : std::nullopt;
    claim.same = seen && seen->shard == claim.shard && seen->position == claim.position;
  }
  return {};
}

}  // namespace causeway::events
