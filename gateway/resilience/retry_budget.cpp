#include "resilience/retry_budget.h"

#include <algorithm>

namespace causeway::resilience {

std::uint32_t RetryBudget::active() const noexcept {
  std::int64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.active.load(std::memory_order_relaxed);
  return static_cast<std::uint32_t>(std::max<std::int64_t>(sum, 0));
}

bool RetryBudget::take(config::Percent percent, std::uint32_t least) noexcept {
  const auto share = static_cast<std::uint32_t>(percent.value * active() / 100);
  const std::uint32_t most = std::max(least, share);
  std::uint32_t present = retries_.load(std::memory_order_relaxed);
  while (present < most)
    if (retries_.compare_exchange_weak(present, present + 1, std::memory_order_relaxed)) return true;
  return false;
}

}  // namespace causeway::resilience
