// What one run uses: steps, and memory in blocks by size class, so that what it lets go it can use again; and what it
// has paid for once. Internal to expression.
//
// Exceeding a limit never fails where it happens: it is noted, and the run ends at its next step. Whoever is about to
// ask for much at once asks has_room_for first. The clock is only looked at where there is a deadline, once in some
// thousand steps. Not thread safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include "core/clock.h"

namespace causeway::expression {

/// Containers nest so deep in a value that a function takes whole, as in jq; those that are made may be a little
/// deeper.
inline constexpr std::size_t kDeepestOperand = 10'001;
inline constexpr std::size_t kDeepestValue = 10'240;

enum class Exceeded : std::uint8_t { kNothing, kSteps, kMemory, kDepth, kOutput, kDeadline };

class Resources final : public std::pmr::memory_resource {
 public:
  /// `first` is used before anything is allocated. `depth` bounds how deep values nest.
  Resources(void* first, std::size_t first_size, std::uint64_t steps, std::size_t memory, std::size_t depth);
  ~Resources() override;
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;

  /// Ends the run soon after the deadline. At its beginning, once; `clock` outlives it.
  void end_at(const Clock& clock, SteadyTime deadline);

  /// False once the run has to end.
  bool step() {
    if (steps_ == 0) [[unlikely]]
      return go_on(1);
    --steps_;
    return true;
  }
  /// Work that takes as long as `count` steps. False once the run has to end.
  bool spend(std::uint64_t count) {
    if (count >= steps_) [[unlikely]]
      return go_on(count);
    steps_ -= count;
    return true;
  }
  /// The same for work that copies so many bytes.
  bool spend_bytes(std::size_t bytes) { return spend(bytes / kBytesAStep); }
  /// The same for work that looks at each of so many characters.
  bool spend_characters(std::size_t count) { return spend(count / kCharactersAStep); }
  /// False, and the run ends, when so many are not left.
  bool has_steps(std::uint64_t count) { return count < steps_ + later_steps_ || end(Exceeded::kSteps); }
  /// Has the run paid for this already, as far as the last sixteen are remembered? `what` is a hash, never 0.
  bool has_paid(std::uint64_t what) const;
  void note_paid(std::uint64_t what);
  /// Work that took so many steps longer than what was paid for it. Some is free, so that a slow moment of the machine
  /// decides about nothing.
  bool spend_excess(std::uint64_t count) {
    excess_ += count;
    if (excess_ <= kFreeExcess) return true;
    const std::uint64_t beyond = excess_ - kFreeExcess;
    excess_ = kFreeExcess;
    return spend(beyond);
  }
  Exceeded exceeded() const { return exceeded_; }
  /// The run ends at its next step; the first reason counts. False.
  bool end(Exceeded reason) {
    if (exceeded_ == Exceeded::kNothing) exceeded_ = reason;
    steps_ = later_steps_ = 0;
    return false;
  }
  /// Native recursion of the run, and into its values, ends where the stack would grow beyond this.
  void end_stack_at(const char* end) { stack_end_ = end; }
  /// False, and the run ends, when the stack is nearly used up.
  bool has_stack() {
    return static_cast<const char*>(__builtin_frame_address(0)) > stack_end_ || end(Exceeded::kDepth);
  }
  void note_depth(std::size_t depth) {
    if (depth > depth_) [[unlikely]]
      end(Exceeded::kDepth);
  }

  /// At least `bytes`, aligned to 16; `size_class` is what release wants. A step.
  void* take(std::size_t bytes, std::uint8_t& size_class) {
    step();
    size_class = class_of(bytes);
    return take_class(size_class);
  }
  void release(void* block, std::uint8_t size_class);
  static std::uint8_t class_of(std::size_t bytes);
  /// How many bytes a block of this class has.
  static std::size_t size_of(std::uint8_t size_class);
  /// False, and the run ends, when so many bytes more would exceed the memory.
  bool has_room_for(std::size_t bytes) {
    return (bytes <= memory_ && used_ <= memory_ - bytes) || end(Exceeded::kMemory);
  }

 private:
  struct Free {
    Free* next;
  };
  struct Chunk {
    Chunk* next;
    Chunk* previous;
    std::size_t size;
    std::size_t padding;
  };
  /// Blocks of this size and more are chunks of their own, which go back when they are released.
  static constexpr std::size_t kOwnChunk = std::size_t{128} << 10;
  static constexpr std::size_t kClasses = 34;  ///< of smaller blocks
  static constexpr std::size_t kBytesAStep = 128;
  static constexpr std::size_t kCharactersAStep = 16;
  static constexpr std::uint64_t kFreeExcess = 100'000;
  /// Between two looks at the clock: well below a millisecond.
  static constexpr std::uint64_t kSlice = 4096;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  void* take_class(std::uint8_t size_class);
  void* add_chunk(std::size_t bytes);
  /// `count` steps more than what is left of the slice.
  bool go_on(std::uint64_t count);

  std::uint64_t steps_;  // until the clock is looked at, or for good
  std::uint64_t later_steps_ = 0;
  const Clock* clock_ = nullptr;
  SteadyTime deadline_;
  std::size_t memory_;
  std::size_t depth_;
  const char* stack_end_ = nullptr;
  Exceeded exceeded_ = Exceeded::kNothing;
  std::array<std::uint64_t, 16> paid_{};
  std::uint32_t paid_next_ = 0;
  std::uint64_t excess_ = 0;
  std::size_t used_ = 0;  // of blocks that are not free
  std::byte* at_;
  std::byte* end_;
  Chunk* chunks_ = nullptr;
  std::size_t next_chunk_ = std::size_t{16} << 10;
  std::array<Free*, kClasses> free_{};
};

}  // namespace causeway::expression
