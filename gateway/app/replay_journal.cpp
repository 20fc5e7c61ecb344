#include "app/replay_journal.h"

#include "app/replay_tables.h"

namespace causeway::app {

Task<Result<bool>> StoredReplays::record(runtime::Worker& worker, security::SignatureUse use, WallTime keep_until) {
  RecordUse change(use, keep_until);
  Result<> written = co_await store_.commit(worker, change);
  if (!written) co_return std::move(written.error());
  co_return change.is_new();
}

}  // namespace causeway::app
