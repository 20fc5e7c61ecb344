// The counters of one CounterTable in one shard: a hash table of fixed capacity that is filled as combinations of
// labels turn up. Memory is zero pages until touched; it never grows, so a flood of odd combinations costs nothing but
// rows. One writer (the shard's thread), any number of concurrent readers, no locks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "telemetry/labels.h"

namespace causeway::telemetry {

class CounterRows {
 public:
  /// `capacity` is a power of two.
  explicit CounterRows(std::size_t capacity);

  /// Writer only. One probe sequence of at most kProbes rows; without a place the count goes to the row `other`.
  void add(const LabelIds& labels, std::uint64_t n) noexcept {
    const Key key = pack(labels);
    std::size_t index = hash(key) & mask_;
    for (std::size_t probe = 0; probe < kProbes; ++probe, index = (index + 1) & mask_) {
      Row& row = rows_[index];
      const std::uint64_t high = std::atomic_ref(row.high).load(std::memory_order_relaxed);
      if (high == key.high && std::atomic_ref(row.low).load(std::memory_order_relaxed) == key.low) return bump(row, n);
      if (high == 0) return insert(row, key, n);
    }
    bump(rows_[mask_ + 1], n);
  }

  /// Calls `visit(const LabelIds&, std::uint64_t count)` for every row with a count. Any thread.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t index = 0; index <= mask_; ++index) {
      Row& row = rows_[index];
      const std::uint64_t high = std::atomic_ref(row.high).load(std::memory_order_acquire);
      if (high != 0) visit(unpack({std::atomic_ref(row.low).load(std::memory_order_relaxed), high}), count(row));
    }
    if (const std::uint64_t overflow = count(rows_[mask_ + 1])) visit(LabelIds{}, overflow);
  }

 private:
  static constexpr std::size_t kProbes = 16;
  static constexpr std::uint64_t kUsed = 1ull << 63;

  struct Key {
    std::uint64_t low, high;
  };
  // Plain integers behind atomic_ref: calloc's untouched zero pages are valid empty rows.
  struct Row {
    std::uint64_t low, high, count;
  };
  struct Free {
    void operator()(Row* rows) const { std::free(rows); }
  };

  static constexpr Key pack(const LabelIds& ids) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint64_t>(ids[i]); };
    return {at(0) | at(1) << 16 | at(2) << 32 | at(3) << 48, at(4) | at(5) << 16 | kUsed};
  }
  static constexpr LabelIds unpack(Key key) {
    const auto id = [](std::uint64_t bits) { return static_cast<LabelId>(bits & 0xffff); };
    return {id(key.low), id(key.low >> 16), id(key.low >> 32), id(key.low >> 48), id(key.high), id(key.high >> 16)};
  }
  static constexpr std::uint64_t hash(Key key) {
    std::uint64_t mixed = (key.low ^ (key.high << 29)) * 0x9e3779b97f4a7c15ull;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93ull;
    return mixed ^ (mixed >> 32);
  }
  static void bump(Row& row, std::uint64_t n) {
    std::atomic_ref(row.count).store(count(row) + n, std::memory_order_relaxed);
  }
  // The key becomes visible with its used bit, after everything else of the row.
  static void insert(Row& row, Key key, std::uint64_t n) {
    std::atomic_ref(row.low).store(key.low, std::memory_order_relaxed);
    std::atomic_ref(row.count).store(n, std::memory_order_relaxed);
    std::atomic_ref(row.high).store(key.high, std::memory_order_release);
  }
  static std::uint64_t count(Row& row) { return std::atomic_ref(row.count).load(std::memory_order_relaxed); }

  std::size_t mask_;
  std::unique_ptr<Row[], Free> rows_;  // one more than the capacity: the row `other`
};

}  // namespace causeway::telemetry
