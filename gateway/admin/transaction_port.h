// What the admin API asks and does about half messages, of calls and of systems alike. Implemented by app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "transactions/decision.h"
#include "transactions/transaction_tables.h"

namespace causeway::admin {

struct TransactionView {
  transactions::tables::Half half;
  std::string key;  ///< of the call's idempotency record, as it came; empty: it has none
};

/// Thread safe; blocks on the store. kStoreRefused where it does not answer.
class TransactionPort {
 public:
  virtual ~TransactionPort() = default;
  /// Newest first.
  virtual Result<std::vector<transactions::tables::Half>> transactions(
      const transactions::tables::HalfFilter& filter) = 0;
  /// kNoSuchThing: there is none, or it has ended long ago.
  virtual Result<TransactionView> transaction(std::string_view txid) = 0;
  /// A person decides one that is open. `result`: JSON, of a call that was carried out; empty: nobody knows it. What it
  /// is afterwards. kConflict: it has ended the other way, or its call is still running; kTransformRefused: no event
  /// can be made of `result`.
  virtual Result<TransactionView> end(std::string_view txid, transactions::EndWish wish, std::string reason,
                                      std::string result) = 0;
};

}  // namespace causeway::admin
