// Used signatures in the store (exchange/replay_guard.h).
#pragma once

#include "app/late_store.h"
#include "exchange/replay_guard.h"

namespace causeway::app {

/// Durable as soon as the store is open.
class StoredReplays final : public ReplayJournal {
 public:
  explicit StoredReplays(LateStore& store) : store_(store) {}
  bool is_durable() const override { return store_.is_open(); }
  Task<Result<bool>> record(runtime::Worker& worker, security::SignatureUse use, WallTime keep_until) override;

 private:
  LateStore& store_;
};

}  // namespace causeway::app
