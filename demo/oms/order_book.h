// The orders of the demo OMS. Its state is what its ledger says: a restart applies the ledger's entries again.
// Thread safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "demo/ledger.h"
#include "demo/oms/stock.h"
#include "demo/service.h"

namespace causeway::demo {

class OrderBook {
 public:
  /// `ledger` outlives the book.
  explicit OrderBook(Ledger& ledger);

  /// 201, or 200 with the same order when this `externalNo` was taken before.
  Answer create(const Call& call);
  Answer cancel(const std::string& id, const Call& call);
  Answer find(const std::string& id) const;
  /// By the number that its caller gave it.
  Answer find_external(const std::string& external_no) const;
  /// Oldest first; `page` counts from 1. An empty status means all.
  Answer list(const std::string& status, std::size_t page, std::size_t size) const;
  Answer stock() const;
  Answer stock(const std::string& sku) const;

 private:
  struct Order {
    std::string id;
    std::string external_no;
    std::string status;
    std::string members;  ///< the caller's JSON without its braces, so that its numbers keep every digit
    std::vector<Line> lines;

    std::string json() const;
  };

  void apply(const Entry& entry);
  std::string next_id() const;

  mutable std::mutex mutex_;
  Ledger& ledger_;
  Stock stock_;
  std::map<std::string, Order> orders_;
  std::map<std::string, std::string> by_external_no_;
};

}  // namespace causeway::demo
