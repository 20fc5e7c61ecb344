// The memory that the kept answers of all routes share: when it is used up, the route that has most gives way.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/budget.h"

namespace causeway::adapters {

class KeptAnswers;

/// Thread safe. The mutex is taken only when the memory is used up, and when a table is made.
class KeptMemory {
 public:
  explicit KeptMemory(std::uint64_t limit) : limit_(limit), budget_(limit) {}

  /// From now on this table may have to give way.
  void add(const std::shared_ptr<KeptAnswers>& table);

  /// False when nothing gives way to so much. Not while a table's own mutex is held.
  bool take(std::uint64_t amount);
  void give(std::uint64_t amount, std::uint64_t answers) {
    budget_.give(amount);
    answers_.fetch_sub(answers, std::memory_order_relaxed);
  }
  void count_answer() { answers_.fetch_add(1, std::memory_order_relaxed); }

  std::uint64_t used() const { return budget_.used(); }
  std::uint64_t answers() const { return answers_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<KeptAnswers> largest() const;

  const std::uint64_t limit_;
  runtime::Budget budget_;
  std::atomic<std::uint64_t> answers_{0};
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<KeptAnswers>> tables_;
};

}  // namespace causeway::adapters
