// What a system is told about a message of its own.
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "transactions/transaction_tables.h"

namespace causeway::adapters {

/// `{"messageId","transactionId","state","eventId"?,"expiresAt"?,"duplicate"?}`; the eventId of one that is committed.
/// `max_age` of one that is open.
std::string prepared_view(const transactions::tables::Half& half, std::optional<Duration> max_age, bool duplicate);
std::string ended_view(const transactions::tables::Half& half);
/// With `group`, `decidedBy`, `createdAt`, `endedAt`, `checks`, `nextCheckAt`, `reason` besides.
std::string whole_view(const transactions::tables::Half& half, std::optional<Duration> max_age);

/// Members of `details`: how it has ended.
std::string contradiction_details(const transactions::tables::Half& half);

}  // namespace causeway::adapters
