// Half messages for the admin API.
#pragma once

#include "admin/transaction_port.h"
#include "transactions/transactions.h"

namespace causeway::app {

class TransactionRegister final : public admin::TransactionPort {
 public:
  /// It outlives this.
  explicit TransactionRegister(transactions::Transactions& transactions) : transactions_(transactions) {}

  Result<std::vector<transactions::tables::Half>> transactions(const transactions::tables::HalfFilter& filter) override;
  Result<admin::TransactionView> transaction(std::string_view txid) override;
  Result<admin::TransactionView> end(std::string_view txid, transactions::EndWish wish, std::string reason,
                                     std::string result) override;

 private:
  transactions::Transactions& transactions_;
};

}  // namespace causeway::app
