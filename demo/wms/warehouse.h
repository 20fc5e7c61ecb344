// The demo WMS: an outbound order for every order that it hears of. Its state is what its ledger says. Thread safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "demo/inbox.h"
#include "demo/ledger.h"
#include "demo/service.h"

namespace causeway::demo {

class Warehouse {
 public:
  /// `ledger` outlives the warehouse.
  explicit Warehouse(Ledger& ledger);

  /// An event. ORDER_CREATED: 201 and a new outbound order, or 200 with the one that the order already has.
  /// ORDER_CANCELLED: 200; 422 when the order is not known here, so that a delivery out of order cannot hide.
  Answer take(const Call& call);
  Answer list() const;
  Answer find(const std::string& number) const;

 private:
  struct Outbound {
    std::string number;
    std::string order;
    std::string status;
    std::string lines;  ///< JSON

    std::string json() const;
  };

  Work on_created();
  Work on_cancelled();

  mutable std::mutex mutex_;
  std::map<std::string, Outbound> by_number_;
  std::map<std::string, std::string> number_of_;  // by order
  Inbox inbox_;                                   // last: it fills the others from the ledger
};

}  // namespace causeway::demo
