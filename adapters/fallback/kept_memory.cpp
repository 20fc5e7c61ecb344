#include "adapters/fallback/kept_memory.h"

#include <algorithm>

#include "adapters/fallback/kept_answers.h"

namespace causeway::adapters {
namespace {

constexpr int kTries = 4;             // others take what was freed
constexpr std::uint64_t kShare = 64;  // of the memory: freed at once, so that a full one is not searched at every call

}  // namespace

void KeptMemory::add(const std::shared_ptr<KeptAnswers>& table) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tables_, [](const auto& each) { return each.expired(); });
  tables_.push_back(table);
}

bool KeptMemory::take(std::uint64_t amount) {
  if (budget_.take(amount)) return true;
  if (amount > limit_) return false;
  const std::lock_guard lock(mutex_);
  for (int tries = 0; tries < kTries; ++tries) {
    const std::shared_ptr<KeptAnswers> table = largest();
    if (!table || table->give_way(std::max(amount, limit_ / kShare)) == 0) return false;
    if (budget_.take(amount)) return true;
  }
  return false;
}

std::shared_ptr<KeptAnswers> KeptMemory::largest() const {
  std::shared_ptr<KeptAnswers> found;
  for (const auto& each : tables_) {
    std::shared_ptr<KeptAnswers> table = each.lock();
    if (table && (!found || table->bytes() > found->bytes())) found = std::move(table);
  }
  return found;
}

}  // namespace causeway::adapters
