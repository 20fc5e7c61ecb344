// The adapter `transaction`: half messages of systems. A system prepares an event before it does something, and commits
// or rolls it back afterwards; where it does neither, it is asked (design: events.md, "Half messages for systems").
//
// Everything that it answers is durable: a 201 means that the message is in the store, and that its end will be known.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "adapters/transaction/check_back.h"
#include "adapters/transaction/operation.h"
#include "events/intake/intake.h"
#include "exchange/adapter.h"
#include "transactions/transactions.h"

namespace causeway::adapters {

class TransactionAdapter final : public Adapter {
 public:
  struct Parts {
    std::shared_ptr<const events::Topic> topic;  ///< null: unknown, which was reported; the adapter is never called
    std::string route;
    std::string rest;  ///< the name of the parameter that ends the route's path
  };

  /// `transactions` outlives every configuration; null where it is only checked.
  TransactionAdapter(const TransactionSettings& settings, Parts parts, CheckBack check,
                     transactions::Transactions* transactions);

  bool needs_whole_request() const override { return true; }
  /// Errors: kInvalid with violations, kNotJson, kConflictingPayload of a transactionId that was used with another
  /// payload, kNoSuchThing for a message that is not the caller's own, kConflict (and an alert) for the other end of
  /// one that has ended, kStoreRefused.
  Task<Result<>> call(Exchange& exchange) const override;

 private:
  Result<transactions::tables::Half> read(Exchange& exchange) const;
  Task<Result<>> prepare(Exchange& exchange) const;
  Task<Result<>> show(Exchange& exchange, std::string message_id) const;
  Task<Result<>> end(Exchange& exchange, std::string message_id, transactions::EndWish wish) const;
  Task<Result<transactions::tables::Half>> find(Exchange& exchange, std::string message_id) const;
  bool owns(const Exchange& exchange, const transactions::tables::Half& half) const;

  const Parts parts_;
  const std::string group_;
  const Duration first_;
  const std::optional<Duration> max_age_;
  const CheckBack check_;
  const events::Intake intake_;
  transactions::Transactions* const transactions_;
};

}  // namespace causeway::adapters
