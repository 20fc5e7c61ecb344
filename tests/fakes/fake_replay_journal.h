// A journal of used signatures in memory, which can be away.
#pragma once

#include <vector>

#include "exchange/replay_guard.h"
#include "runtime/worker.h"

namespace causeway::fakes {

class FakeReplayJournal final : public ReplayJournal {
 public:
  bool is_durable() const override { return durable; }
  Task<Result<bool>> record(runtime::Worker& worker, security::SignatureUse use, WallTime until) override {
    co_await runtime::sleep_for(worker, std::chrono::milliseconds(1));
    ++asked;
    keep_until = until;
    if (away) co_return Error(Code::kStoreRefused, "the disk is full");
    for (const security::SignatureUse& known : uses)
      if (known.digest == use.digest) co_return false;
    uses.push_back(use);
    co_return true;
  }

  bool durable = true;
  bool away = false;
  int asked = 0;
  WallTime keep_until;
  std::vector<security::SignatureUse> uses;
};

}  // namespace causeway::fakes
