// The durable store: everything that must survive the process. One writer thread commits what has arrived as one group,
// without waiting for more: batching comes from the commit in progress (correctness.md, "Log and order").
//
// A result that is ok means: the transaction is on disk. kill -9 a microsecond later loses nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "runtime/task.h"
#include "runtime/worker.h"
#include "store/session.h"

namespace causeway::store {

/// One atomic change. Runs on the writer thread inside a group's transaction, on its own savepoint: a change that fails
/// is rolled back alone.
class Change {
 public:
  virtual ~Change() = default;

  enum class Kind : std::uint8_t {
    kIntake,  ///< something new from a caller: refused with 50392 while the store is short of space
    kUpkeep,  ///< cursors, deliveries, retention: goes on as long as anything can be written
  };
  virtual Kind kind() const { return Kind::kIntake; }

  /// Writes. May run more than once (a group that failed is tried again change by change), so it starts its results
  /// anew. An error rolls this change back and is what `settled` gets; an exception of the session does too, as 50392.
  virtual Result<> apply(Session& session) = 0;

  /// Only for commit_later: the outcome, on the writer thread, once the group is durable (or refused). Must be quick:
  /// post to a worker whatever takes time. The change is destroyed afterwards.
  virtual void settled(Result<> /*result*/) noexcept {}
};

/// A question, answered on a reader's own connection from one consistent snapshot.
class Query {
 public:
  virtual ~Query() = default;
  virtual Result<> run(Session& session) = 0;
};

/// Thread safe.
class Store {
 public:
  virtual ~Store() = default;

  /// Resumes on `worker`, whose thread awaits it, once the change is durable or refused. `change` lives until then.
  /// Errors: what apply returned; kStoreRefused (50392) when the store is full, short of space or stopped.
  virtual Task<Result<>> commit(runtime::Worker& worker, Change& change) = 0;
  /// Any thread, never blocks.
  virtual void commit_later(std::unique_ptr<Change> change) = 0;
  /// Blocks: for start-up, the control thread and the admin API, never on a worker.
  virtual Result<> commit_blocking(Change& change) = 0;

  virtual Task<Result<>> query(runtime::Worker& worker, Query& query) = 0;
  virtual Result<> query_blocking(Query& query) = 0;

  /// False while intake is refused for lack of space: /readyz says so.
  virtual bool accepts_intake() const = 0;
  /// Made once with the data folder; another after a restore.
  virtual const std::string& store_id() const = 0;
  /// This process: an owner of leases and records.
  virtual const std::string& boot_id() const = 0;
};

}  // namespace causeway::store
