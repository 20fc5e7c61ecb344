// The hot half of metrics: one Shard a thread, written by that thread alone and read by whoever scrapes.
// Counting is a relaxed load and store of a cell that nobody else writes: no lock, no look-up, no allocation.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "telemetry/counter_rows.h"
#include "telemetry/labels.h"

namespace causeway::telemetry {

/// Upper bounds of a histogram's buckets in seconds, ascending; +Inf is implied.
struct HistogramBounds {
  static constexpr std::size_t kMax = 31;
  std::size_t count = 0;
  std::array<double, kMax> upper{};

  friend bool operator==(const HistogramBounds&, const HistogramBounds&) = default;
};

/// 1 ms … 30 s. The alert threshold of the handbook, 1 s, is one of them.
inline constexpr HistogramBounds kLatencyBounds{
    14, {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30}};
inline constexpr HistogramBounds kNoBounds{};

// Handles are values that Metrics hands out and every shard understands. A default one counts where nobody looks.
struct Counter {
  std::uint32_t cell = 0;
};
struct Gauge {
  std::uint32_t cell = 0;
};
struct Histogram {
  std::uint32_t cell = 0;  ///< its buckets, then +Inf, then the sum
  const HistogramBounds* bounds = &kNoBounds;
};
struct CounterTable {
  std::uint32_t index = 0;
};

/// Owned by Metrics and as long-lived. All methods but the friend's: only the thread that took this shard.
class alignas(64) Shard {
 public:
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  void add(Counter counter, std::uint64_t n = 1) noexcept { bump(cell(counter.cell), n); }
  /// The exposed value is the sum over shards, so `set` sets only this shard's part.
  void set(Gauge gauge, std::int64_t value) noexcept {
    cell(gauge.cell).store(static_cast<std::uint64_t>(value), std::memory_order_relaxed);
  }
  void add(Gauge gauge, std::int64_t n) noexcept { bump(cell(gauge.cell), static_cast<std::uint64_t>(n)); }

  void observe(Histogram histogram, double seconds) noexcept {
    const HistogramBounds& bounds = *histogram.bounds;
    std::uint32_t bucket = 0;
    while (bucket < bounds.count && seconds > bounds.upper[bucket]) ++bucket;
    bump(cell(histogram.cell + bucket), 1);
    Cell& sum = cell(histogram.cell + static_cast<std::uint32_t>(bounds.count) + 1);
    const double before = std::bit_cast<double>(sum.load(std::memory_order_relaxed));
    sum.store(std::bit_cast<std::uint64_t>(before + seconds), std::memory_order_relaxed);
  }
  void observe(Histogram histogram, Duration duration) noexcept {
    observe(histogram, std::chrono::duration<double>(duration).count());
  }

  /// For combinations that only a call knows: `shard.add(requests, {route, method, version, consumer, status, code})`.
  void add(CounterTable table, const LabelIds& labels, std::uint64_t n = 1) noexcept {
    if (CounterRows* rows = tables_[table.index].load(std::memory_order_acquire)) rows->add(labels, n);
  }

 private:
  friend class Metrics;

  using Cell = std::atomic<std::uint64_t>;
  static constexpr std::size_t kBlockCells = 512;
  static constexpr std::size_t kMaxBlocks = 4096;
  static constexpr std::size_t kMaxTables = 32;
  static constexpr std::uint32_t kScratchCells = 2;  // where default handles count
  struct Block {
    std::array<Cell, kBlockCells> cells{};
  };

  Shard() = default;
  Cell& cell(std::uint32_t id) const noexcept {
    return blocks_[id / kBlockCells].load(std::memory_order_acquire)->cells[id % kBlockCells];
  }
  static void bump(Cell& cell, std::uint64_t n) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  // The registering thread grows every shard, under the mutex of Metrics, before anybody has the handle.
  void reserve_cells(std::size_t blocks);
  void reserve_table(std::uint32_t index, std::size_t capacity);

  std::array<std::atomic<Block*>, kMaxBlocks> blocks_{};
  std::array<std::atomic<CounterRows*>, kMaxTables> tables_{};
  std::vector<std::unique_ptr<Block>> owned_blocks_;
  std::vector<std::unique_ptr<CounterRows>> owned_tables_;
};

}  // namespace causeway::telemetry
