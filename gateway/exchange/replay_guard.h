// The last step of an authentication that rests on a signature: each is used once (correctness.md, "Edges"), also by
// the process that comes after this one.
#pragma once

#include <memory>

#include "exchange/plugin.h"
#include "security/replay.h"

namespace causeway {

/// Where it is written down what was used, for the process that comes after this one. Any worker.
class ReplayJournal {
 public:
  virtual ~ReplayJournal() = default;
  /// False: there is no store, nothing is promised beyond this process, and `record` is not called.
  virtual bool is_durable() const = 0;
  /// It is on disk when the result is true; false: it was already. 50392 when it cannot be written.
  /// `keep_until`: by when it may be forgotten.
  virtual Task<Result<bool>> record(runtime::Worker& worker, security::SignatureUse use, WallTime keep_until) = 0;
};

/// Thread safe. After a start, every signature of the past is refused that may have been used before; hence only one
/// that is dated in the future, works once and is not refused by then, has to be written down, and its caller waits
/// for the disk. All others are a look into memory.
class ReplayGuard {
 public:
  /// The table is shared with the configurations before and after; the journal outlives this.
  ReplayGuard(std::shared_ptr<security::ReplayTable> table, ReplayJournal& journal)
      : table_(std::move(table)), journal_(&journal) {}

  enum class Repeat : std::uint8_t {
    kRefused,
    /// On a route that keeps answers (RouteContext::guards_replays) the call goes on with exchange.seen_before.
    kMayBeAnswered,
  };

  /// `caller` has proved itself by what `use` says; the exchange is authenticated as his when this ends well. 40194,
  /// 40193, 50391 (security::result_of); 50392 when it had to be written down and could not: then it is as if it had
  /// not come. `now`: when it was checked that he signed within the window.
  Step admit(Exchange& exchange, const security::Consumer& caller, const security::SignatureUse& use, WallTime now,
             Repeat repeat) const;

  const security::ReplayTable& table() const { return *table_; }

 private:
  Task<Result<Flow>> admit_durably(Exchange& exchange, const security::Consumer& caller, security::SignatureUse use,
                                   Repeat repeat) const;

  std::shared_ptr<security::ReplayTable> table_;
  ReplayJournal* journal_;
};

}  // namespace causeway
