// A store that dies with the process: for a configuration that is tried out and must leave nothing behind.
#pragma once

#include <span>
#include <string>

#include "store/connection.h"
#include "store/schema.h"
#include "store/store.h"

namespace causeway::store {

/// Everything happens at once, on the calling thread, in the order in which it is asked for; nothing touches a disk.
/// One thread. Throws StoreFailure or std::runtime_error when the tables cannot be made.
class MemoryStore final : public Store {
 public:
  MemoryStore(std::span<const Schema* const> schemas, WallTime now);

  Task<Result<>> commit(runtime::Worker& worker, Change& change) override;
  void commit_later(std::unique_ptr<Change> change) override;
  Result<> commit_blocking(Change& change) override;
  Task<Result<>> query(runtime::Worker& worker, Query& query) override;
  Result<> query_blocking(Query& query) override;
  bool accepts_intake() const override { return true; }
  const std::string& store_id() const override { return id_; }
  const std::string& boot_id() const override { return id_; }

 private:
  const std::string id_ = "memory";
  Connection connection_;
};

}  // namespace causeway::store
