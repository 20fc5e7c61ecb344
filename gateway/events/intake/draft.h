// From what was said to what is stored.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "events/event_log.h"
#include "events/intake/said_event.h"

namespace causeway::events {

/// What the gateway adds.
struct Stamp {
  WallTime now;                    ///< the timestamp of an event that has none, and the time in a new eventId
  std::string_view traceparent;    ///< of the call that publishes; empty: none
  std::string_view source = {};    ///< who publishes; it travels with the event
  std::string_view event_id = {};  ///< of one that says none: a call that comes again stores nothing twice; empty: new
  std::string_view resolved_by = {};  ///< what settled the call that it is about; empty: not said
};

/// `said` has a type; data that does not fit into a flat topic (see fits_flat) lies there in a member `data`. `key` is
/// the event's: what was said or rendered. The hash covers what was said, and neither the key that a template gave nor
/// anything of the stamp: it is the same when the same event comes again.
///
/// body: `{"eventId","eventType","timestamp","resolvedBy"?,"encoding"?,"data"}`, or flat; `encoding` is "base64" where
/// data is a string that holds other bytes. headers: `traceparent`, and what CloudEvents say besides as `ce-source` and
/// the like.
EventDraft make_draft(const SaidEvent& said, EventShape shape, std::string key, const Stamp& stamp);

}  // namespace causeway::events
