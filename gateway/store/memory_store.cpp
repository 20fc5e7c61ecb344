#include "store/memory_store.h"

#include "store/migrations.h"

namespace causeway::store {
namespace {

const Sql kBegin{"BEGIN"};
const Sql kCommit{"COMMIT"};

/// `work` within a transaction, which an error undoes.
template <class Work>
Result<> in_transaction(Connection& connection, Work work) {
  try {
    connection.session().run(kBegin);
    Result<> result = work(connection.session());
    if (result) connection.session().run(kCommit);
    else connection.roll_back();
    return result;
  } catch (const StoreFailure& failure) {
    connection.roll_back();
    return Error(Code::kStoreRefused, failure.what());
  } catch (const std::exception& exception) {
    connection.roll_back();
    return Error(Code::kInternal, exception.what());
  }
}

}  // namespace

MemoryStore::MemoryStore(std::span<const Schema* const> schemas, WallTime now)
    : connection_(":memory:", Connection::Use::kReadWrite) {
  migrate(connection_, "memory", schemas, now);
}

Task<Result<>> MemoryStore::commit(runtime::Worker&, Change& change) { co_return commit_blocking(change); }

void MemoryStore::commit_later(std::unique_ptr<Change> change) { change->settled(commit_blocking(*change)); }

Result<> MemoryStore::commit_blocking(Change& change) {
  return in_transaction(connection_, [&](Session& session) { return change.apply(session); });
}

Task<Result<>> MemoryStore::query(runtime::Worker&, Query& query) { co_return query_blocking(query); }

Result<> MemoryStore::query_blocking(Query& query) {
  return in_transaction(connection_, [&](Session& session) { return query.run(session); });
}

}  // namespace causeway::store
