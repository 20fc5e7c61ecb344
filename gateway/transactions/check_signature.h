// The signature of a check: put on when it is sent, with the secret of the configuration in force, which is kept
// nowhere.
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "transactions/stored_request.h"
#include "transactions/transaction_tables.h"
#include "transactions/transactions.h"

namespace causeway::transactions {

/// Adds webhook-id (the half's txid), webhook-timestamp and webhook-signature to a request that is to have them. Error:
/// its route has no secret any more, or is gone; then it is not sent, because nobody could know it as ours.
Result<> sign_check(StoredRequest& request, const Targets& targets, const tables::Half& half, WallTime now);

}  // namespace causeway::transactions
