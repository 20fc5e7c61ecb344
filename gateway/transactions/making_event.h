// The event that a settled half message becomes.
#pragma once

#include "events/event_log.h"
#include "transactions/programs.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// What an open system's half has in its `document`: the event as it was prepared.
std::string prepared_document(const events::EventDraft& draft);

/// Who publishes it: the route of a call, the consumer that prepared a system's.
inline const std::string& source_of(const tables::Half& half) {
  return half.kind == HalfKind::kSystem ? half.consumer : half.route;
}

/// Of a call: its programs over `result` (JSON) and what the half keeps of the request; of a system: as prepared.
/// `eventId` is the half's txid. Errors: kTransformRefused where a program fails, kBodyTooLarge where the bus takes
/// none of this size; then it is unresolved, never rolled back.
Result<events::EventDraft> make_event(const tables::Half& half, const Programs& programs, const events::Topic& topic,
                                      Bytes result, DecidedBy by, WallTime now);

}  // namespace causeway::transactions
