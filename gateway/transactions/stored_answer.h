// Answers as bytes, in the record and back: what a caller got is what a retry gets.
#pragma once

#include <cstdint>

#include "exchange/exchange.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// Reads a body whole that is no longer than `limit`: true. A longer one, or one without end, stays as it is: false.
/// Errors: those of its connection, it broke off.
Task<Result<bool>> make_whole(Body& body, std::uint64_t limit);

/// The answer as it is about to go out, its body read whole up to `limit`; `kept` false where it is longer, and the
/// status alone. A body that breaks off meanwhile goes out as it is, and is not kept.
struct TakenAnswer {
  StoredAnswer answer;
  bool kept = true;
};
Task<TakenAnswer> take_answer(Exchange& exchange, std::uint64_t limit);

/// The exchange answers this, byte for byte, with `Idempotency-Replayed: true` where it is a `replay`.
void give_answer(Exchange& exchange, const StoredAnswer& stored, bool replay);

/// For the log: the answer comes from the record, and no system was called.
void note_replay(Exchange& exchange);

/// X-Causeway-Event: the event of this call is stored, or on its bus.
void show_event(Exchange& exchange, const std::string& id, bool published);

}  // namespace causeway::transactions
