// A bound on memory that many exchanges share: bodies that have to be held whole.
#pragma once

#include <atomic>
#include <cstdint>

namespace causeway::runtime {

/// Thread safe. Only bodies that outgrow their connection's buffer ask, so the counter is rarely touched.
class Budget {
 public:
  explicit Budget(std::uint64_t limit) : limit_(limit) {}

  bool take(std::uint64_t amount) {
    const std::uint64_t limit = limit_.load(std::memory_order_relaxed);
    if (amount > limit) return false;
    if (used_.fetch_add(amount, std::memory_order_relaxed) <= limit - amount) return true;
    used_.fetch_sub(amount, std::memory_order_relaxed);
    return false;
  }
  void give(std::uint64_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  void set_limit(std::uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> used_{0};
};

/// What one owner has taken; given back when it dies.
class BudgetHold {
 public:
  BudgetHold() = default;
  explicit BudgetHold(Budget& budget) : budget_(&budget) {}
  BudgetHold(const BudgetHold&) = delete;
  BudgetHold& operator=(const BudgetHold&) = delete;
  ~BudgetHold() { release(); }

  void attach(Budget* budget) { budget_ = budget; }
  bool take(std::uint64_t amount) {
    if (budget_ != nullptr && !budget_->take(amount)) return false;
    held_ += amount;
    return true;
  }
  void release() {
    if (budget_ != nullptr && held_ > 0) budget_->give(held_);
    held_ = 0;
  }

 private:
  Budget* budget_ = nullptr;
  std::uint64_t held_ = 0;
};

}  // namespace causeway::runtime
