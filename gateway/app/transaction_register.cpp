#include "app/transaction_register.h"

#include "transactions/list_halves.h"
#include "transactions/load_half.h"

namespace causeway::app {

using transactions::tables::Half;

Result<std::vector<Half>> TransactionRegister::transactions(const transactions::tables::HalfFilter& filter) {
  transactions::ListHalves list(filter);
  if (Result<> asked = transactions_.store().query_blocking(list); !asked) return std::move(asked.error());
  return std::move(list.found);
}

Result<admin::TransactionView> TransactionRegister::transaction(std::string_view txid) {
  transactions::LoadHalf load{std::string(txid)};
  if (Result<> asked = transactions_.store().query_blocking(load); !asked) return std::move(asked.error());
  if (!load.half) return Error(Code::kNoSuchThing);
  return admin::TransactionView{std::move(*load.half), load.record ? load.record->key : std::string()};
}

Result<admin::TransactionView> TransactionRegister::end(std::string_view txid, transactions::EndWish wish,
                                                        std::string reason, std::string result) {
  Result<Half> ended = transactions_.end(std::string(txid), wish, transactions::DecidedBy::kOperator, std::move(reason),
                                         std::move(result));
  if (!ended) return std::move(ended.error());
  return admin::TransactionView{std::move(*ended), {}};
}

}  // namespace causeway::app
