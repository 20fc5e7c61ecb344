// The demo ERP: a receivable for every order, reversed when the order is cancelled. Its state is what its ledger says.
// Thread safe.
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

class Books {
 public:
  /// `ledger` outlives the books.
  explicit Books(Ledger& ledger);

  /// An event. ORDER_CREATED: 201 and a receivable, or 200 with the one that the order already has. ORDER_CANCELLED:
  /// 201 and its reversal; 422 when there is no receivable.
  Answer take(const Call& call);
  /// All entries and their balance.
  Answer entries() const;

 private:
  struct Line {
    std::string number;
    std::string kind;
    std::string order;
    std::int64_t cents = 0;

    std::string json() const;
  };
  struct Account {
    std::size_t receivable = 0;  ///< its place in `lines_`
    std::size_t reversal = 0;    ///< the same place: not reversed
    bool reversed() const { return reversal != receivable; }
  };

  Work on_created();
  Work on_cancelled();
  std::string next() const { return numbered("AR", lines_.size() + 1); }
  Answer add(Line line);

  mutable std::mutex mutex_;
  std::vector<Line> lines_;
  std::map<std::string, Account> accounts_;  // by order
  Inbox inbox_;                              // last: it fills the others from the ledger
};

}  // namespace causeway::demo
