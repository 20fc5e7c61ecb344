// A half message with the record of its call, as they are now.
#pragma once

#include <optional>
#include <string>

#include "store/store.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

class LoadHalf final : public store::Query {
 public:
  explicit LoadHalf(std::string txid) : txid_(std::move(txid)) {}
  Result<> run(store::Session& session) override {
    record.reset();
    half = tables::find_half(session, txid_);
    if (half && half->record != 0) record = tables::find_record(session, half->record);
    if (record && record->txid != half->txid)
      record.reset();  // of another call: its own has gone, and ids are used again
    return {};
  }

  std::optional<tables::Half> half;  ///< empty: there is none
  std::optional<tables::Record> record;

 private:
  const std::string txid_;
};

}  // namespace causeway::transactions
