// The store before it is open: configurations are compiled against it (and only checked, by `causeway check`) without a
// data folder.
#pragma once

#include <memory>

#include "store/store.h"

namespace causeway::app {

/// Refuses everything until `open`; then passes everything on. `open` is called once, before anything is asked of the
/// store by another thread.
class LateStore final : public store::Store {
 public:
  void open(store::Store& store) { store_.store(&store, std::memory_order_release); }
  bool is_open() const { return get() != nullptr; }

  Task<Result<>> commit(runtime::Worker& worker, store::Change& change) override;
  void commit_later(std::unique_ptr<store::Change> change) override;
  Result<> commit_blocking(store::Change& change) override;
  Task<Result<>> query(runtime::Worker& worker, store::Query& query) override;
  Result<> query_blocking(store::Query& query) override;
  bool accepts_intake() const override;
  const std::string& store_id() const override;
  const std::string& boot_id() const override;

 private:
  store::Store* get() const { return store_.load(std::memory_order_acquire); }

  std::atomic<store::Store*> store_{nullptr};
};

}  // namespace causeway::app
