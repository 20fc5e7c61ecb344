// How many of the calls to a system may be retries at one time, so that retries never add much to what has made a
// system fail (design: http.md, "budget: 20 % of active calls, at least 3").
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/keys.h"

namespace causeway::resilience {

/// One a cluster, for all workers. Thread safe without locks: beginning and ending a call writes only what belongs to
/// its worker. A call begins and ends on one worker.
class RetryBudget {
 public:
  explicit RetryBudget(std::size_t workers) : cells_(workers) {}

  void begin(std::size_t worker) noexcept { add(worker, 1); }
  void end(std::size_t worker) noexcept { add(worker, -1); }
  /// Calls that have begun and not ended, over all workers; while others begin and end, roughly.
  std::uint32_t active() const noexcept;

  /// Takes a place for a retry, given back with `give` when that attempt ends. Of racing retries exactly as many get
  /// one as there are places: `percent` of the active calls, rounded down, but `least` at all times.
  bool take(config::Percent percent, std::uint32_t least) noexcept;
  void give() noexcept { retries_.fetch_sub(1, std::memory_order_relaxed); }
  std::uint32_t retries() const noexcept { return retries_.load(std::memory_order_relaxed); }

 private:
  struct alignas(64) Cell {
    std::atomic<std::int32_t> active{0};
  };

  void add(std::size_t worker, std::int32_t count) noexcept {
    auto& active = cells_[worker].active;
    active.store(active.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }

  std::vector<Cell> cells_;
  alignas(64) std::atomic<std::uint32_t> retries_{0};
};

/// The place of one call among the active ones.
class ActiveCall {
 public:
  ActiveCall(RetryBudget& budget, std::size_t worker) noexcept : budget_(budget), worker_(worker) {
    budget_.begin(worker_);
  }
  ActiveCall(const ActiveCall&) = delete;
  ActiveCall& operator=(const ActiveCall&) = delete;
  ~ActiveCall() { budget_.end(worker_); }

 private:
  RetryBudget& budget_;
  const std::size_t worker_;
};

}  // namespace causeway::resilience
