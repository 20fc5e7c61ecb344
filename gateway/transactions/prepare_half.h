// What makes a system's half message durable (correctness.md, "Half messages for systems").
#pragma once

#include <utility>

#include "store/store.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

/// One row for each (consumer, group, transactionId). Errors: kConflictingPayload, where it was prepared before with
/// another payload; then nothing has happened.
class PrepareHalf final : public store::Change {
 public:
  /// `half`: of kSystem, with a payload_hash, a `created` and a `next_check`.
  explicit PrepareHalf(tables::Half half) : half_(std::move(half)) {}
  Result<> apply(store::Session& session) override;

  /// Once it was applied: the one that lies in the store, which is the first of that id.
  const tables::Half& half() const { return before_ ? *before_ : half_; }
  bool duplicate() const { return before_.has_value(); }

 private:
  tables::Half half_;
  std::optional<tables::Half> before_;
};

}  // namespace causeway::transactions
