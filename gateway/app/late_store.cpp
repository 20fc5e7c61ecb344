#include "app/late_store.h"

namespace causeway::app {
namespace {

Error not_open() { return Error(Code::kStoreRefused, "no store is configured"); }
Task<Result<>> refuse() { co_return not_open(); }
const std::string kNone;

}  // namespace

Task<Result<>> LateStore::commit(runtime::Worker& worker, store::Change& change) {
  return is_open() ? get()->commit(worker, change) : refuse();
}

void LateStore::commit_later(std::unique_ptr<store::Change> change) {
  if (is_open()) get()->commit_later(std::move(change));
  else change->settled(not_open());
}

Result<> LateStore::commit_blocking(store::Change& change) {
  if (!is_open()) return not_open();
  return get()->commit_blocking(change);
}

Task<Result<>> LateStore::query(runtime::Worker& worker, store::Query& query) {
  return is_open() ? get()->query(worker, query) : refuse();
}

Result<> LateStore::query_blocking(store::Query& query) {
  if (!is_open()) return not_open();
  return get()->query_blocking(query);
}

bool LateStore::accepts_intake() const { return !is_open() || get()->accepts_intake(); }
const std::string& LateStore::store_id() const { return is_open() ? get()->store_id() : kNone; }
const std::string& LateStore::boot_id() const { return is_open() ? get()->boot_id() : kNone; }

}  // namespace causeway::app
