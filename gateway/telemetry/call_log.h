// The worker's end of the log. Writing copies the record's pieces into the worker's ring and returns: no lock, no
// system call, no allocation. A full ring drops the record and counts it; masking and formatting happen on the log
// thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <variant>

#include "telemetry/byte_ring.h"
#include "telemetry/log_record.h"
#include "telemetry/random.h"

namespace causeway::telemetry {

/// One writer (the worker), one reader (the log thread); `limit_*` and `dropped` from any thread.
class CallLog {
 public:
  static constexpr std::size_t kDefaultCapacity = 1 << 20;

  explicit CallLog(std::size_t capacity = kDefaultCapacity, Random random = Random::from_system());

  /// False when the record was dropped because the ring is full. A success that the sampling leaves out counts as
  /// written.
  bool write(const CallRecord& record) noexcept;
  bool write(const RefusedRecord& record) noexcept;

  /// How many bytes of a body are copied, and which share of the successes (0 … 1). Takes effect with the next record.
  void limit_bodies(std::size_t bytes) noexcept { body_limit_.store(bytes, std::memory_order_relaxed); }
  void limit_successes(double share) noexcept;
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  // For the log thread.
  using Record = std::variant<std::monostate, CallRecord, RefusedRecord>;
  std::uint64_t mark() const noexcept { return ring_.mark(); }
  /// The oldest record before `mark`; its views live until `pop`.
  Record front(std::uint64_t mark) noexcept;
  void pop() noexcept { ring_.pop(); }

 private:
  bool left_out() noexcept;
  bool drop() noexcept;

  ByteRing ring_;
  Random random_;
  std::atomic<std::size_t> body_limit_{1024};
  std::atomic<std::uint64_t> success_limit_{~0ull};  // random numbers below it are logged; ~0: all are
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace causeway::telemetry
