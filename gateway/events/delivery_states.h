// What became of one stored event: a port that the subscriptions implement and the status of an event is told by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/log_reader.h"
#include "events/topic.h"
#include "store/session.h"

namespace causeway::events {

struct Origin;

/// How far one subscription is with one event.
struct DeliveryState {
  std::string subscription;
  /// delivered: the system took it · filtered: the subscription's filter leaves it out · pending: its turn has not come
  /// · retrying: tried and to be tried again · held: waits behind a dead letter of its key · dead: a dead letter ·
  /// discarded: a person gave it up · lost: the group is beyond it and has not had it, because it had left the bus or
  /// lies in a topic that was made anew. Static.
  std::string_view state;
  std::uint32_t attempts = 0;  ///< so far; 0 for what went through at once, whose attempts are not kept
};

/// Thread safe: called inside a store query, on whatever thread runs it.
class DeliveryStates {
 public:
  /// Appends a row for every subscription that is told of this event, in the order of their names. Subscriptions that
  /// began behind it have none. Of a topic on a bus the place is the bus's: the partition, and the offset + 1, or
  /// position 0 of an event that is not there yet. `body` is the event as the caller has it, for filters; empty: it has
  /// left. `origin`, of a topic on a bus: its place in the log; null: not known.
  virtual void describe(store::Session& session, std::string_view topic, std::uint32_t shard, Position position,
                        std::string_view body, const Origin* origin, std::vector<DeliveryState>& out) = 0;
  /// An event that has left the log and is still retried, held or dead somewhere: fills `find` from that copy, where it
  /// has one; it gives topic and eventId.
  virtual void find_copy(store::Session& session, FindEvent& find) = 0;

 protected:
  ~DeliveryStates() = default;
};

}  // namespace causeway::events
