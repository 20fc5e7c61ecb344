// The waybills of the demo's transport system, which has manners of its own: HTTP 200 whatever happens, and what
// happened in `{code, message, data, details, timestamp}`. Its state is what its ledger says. Thread safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "demo/ledger.h"
#include "demo/service.h"

namespace causeway::demo {

class Waybills {
 public:
  /// `ledger` outlives the waybills.
  explicit Waybills(Ledger& ledger);

  /// `{orderNo, parcels: [{sku, count}]}`: code 0 and a waybill. The same Idempotency-Key again gives the same answer;
  /// another call for an order that has one is 40901, something that is not carried 42201, a bad form 40001.
  Answer book(const Call& call);
  /// Where a waybill's parcels are; 40401 for one that nobody has booked.
  Answer track(const std::string& number) const;
  Answer list() const;

 private:
  struct Waybill {
    std::string number;
    std::string order;
    std::string parcels;  ///< JSON, as it was sent

    std::string json() const;
  };

  void apply(const Entry& entry);

  mutable std::mutex mutex_;
  Ledger& ledger_;
  std::vector<Waybill> waybills_;
  std::map<std::string, std::size_t> by_order_;
  std::map<std::string, std::size_t> by_key_;
};

}  // namespace causeway::demo
