// What one run uses: steps, and memory in blocks by size class, so that what it lets go it can use again. Internal to
// expression.
//
// Exceeding a limit never fails where it happens: it is noted, and the run ends at its next step. Whoever is about to
// ask for much at once asks has_room_for first. Not thread safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

namespace causeway::expression {

enum class Exceeded : std::uint8_t { kNothing, kSteps, kMemory, kDepth, kOutput };

class Resources final : public std::pmr::memory_resource {
 public:
  /// `first` is used before anything is allocated. `depth` bounds how deep values nest.
  Resources(void* first, std::size_t first_size, std::uint64_t steps, std::size_t memory, std::size_t depth);
  ~Resources() override;
  Resources(const Resources&) = delete;
  Resources& operator=(const Resources&) = delete;

  /// False once the run has to end.
  bool step() {
    if (steps_ == 0) [[unlikely]]
      return end(Exceeded::kSteps);
    --steps_;
    return true;
  }
  /// Work that takes as long as `count` steps. False once the run has to end.
  bool spend(std::uint64_t count) {
    if (count >= steps_) [[unlikely]]
      return end(Exceeded::kSteps);
    steps_ -= count;
    return true;
  }
  /// The same for work that touches so many bytes.
  bool spend_bytes(std::size_t bytes) { return spend(bytes / kBytesAStep); }
  Exceeded exceeded() const { return exceeded_; }
  /// The run ends at its next step; the first reason counts. False.
  bool end(Exceeded reason) {
    if (exceeded_ == Exceeded::kNothing) exceeded_ = reason;
    steps_ = 0;
    return false;
  }
  void note_depth(std::size_t depth) {
    if (depth > depth_) [[unlikely]]
      end(Exceeded::kDepth);
  }

  /// At least `bytes`, aligned to 16; `size_class` is what release wants.
  void* take(std::size_t bytes, std::uint8_t& size_class) {
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

  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  void* take_class(std::uint8_t size_class);
  void* add_chunk(std::size_t bytes);

  std::uint64_t steps_;
  std::size_t memory_;
  std::size_t depth_;
  Exceeded exceeded_ = Exceeded::kNothing;
  std::size_t used_ = 0;  // of blocks that are not free
  std::byte* at_;
  std::byte* end_;
  Chunk* chunks_ = nullptr;
  std::size_t next_chunk_ = std::size_t{16} << 10;
  std::array<Free*, kClasses> free_{};
};

}  // namespace causeway::expression
