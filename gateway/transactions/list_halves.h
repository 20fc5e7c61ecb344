// Half messages as people look at them, a page at a time.
#pragma once

#include <vector>

#include "store/store.h"
#include "transactions/transaction_tables.h"

namespace causeway::transactions {

class ListHalves final : public store::Query {
 public:
  explicit ListHalves(const tables::HalfFilter& filter) : filter_(filter) {}
  Result<> run(store::Session& session) override {
    found = tables::list_halves(session, filter_);
    return {};
  }

  std::vector<tables::Half> found;  ///< newest first

 private:
  const tables::HalfFilter filter_;
};

}  // namespace causeway::transactions
