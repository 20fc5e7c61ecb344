// The demo BI: a row for every event about an order, and what was sold. Its state is what its ledger says. Thread safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "demo/inbox.h"
#include "demo/ledger.h"
#include "demo/service.h"

namespace causeway::demo {

class Report {
 public:
  /// `ledger` outlives the report.
  explicit Report(Ledger& ledger);

  /// An event. ORDER_CREATED and ORDER_CANCELLED: 201 and a row, or 200 with the one that the order already has for it.
  Answer take(const Call& call);
  Answer rows() const;
  /// Units sold by SKU, cancelled orders taken off.
  Answer sales() const;

 private:
  Work on_event(int sign);

  mutable std::mutex mutex_;
  std::vector<std::string> rows_;             // JSON
  std::map<std::string, std::size_t> known_;  // by event type and order: the place in `rows_`
  std::map<std::string, std::int64_t> sold_;
  Inbox inbox_;  // last: it fills the others from the ledger
};

}  // namespace causeway::demo
