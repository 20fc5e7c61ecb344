// A bounded queue of messages between one writing and one reading thread. Neither ever waits for the other: a full ring
// refuses. Messages are contiguous in the ring, so the reader works on them in place.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace causeway::telemetry {

class ByteRing {
 public:
  /// `capacity` in bytes is a power of two of at least 64. Memory is touched only as it is used.
  explicit ByteRing(std::size_t capacity);
  ByteRing(const ByteRing&) = delete;
  ByteRing& operator=(const ByteRing&) = delete;

  /// The longest message that an empty ring always takes.
  std::size_t max_message() const { return (mask_ + 1) / 2 - kHeader; }

  /// Writer. Room for a message of `size` bytes, aligned to 8, or null when there is none; `commit` makes it visible.
  char* reserve(std::size_t size) noexcept;
  void commit() noexcept { head_.store(reserved_, std::memory_order_release); }

  /// Reader. How far the writer has come: a mark for `front`, so that a reader does not follow a busy writer for ever.
  std::uint64_t mark() const noexcept { return head_.load(std::memory_order_acquire); }
  /// Reader. The oldest message before `mark`, empty when there is none; it stays until `pop`.
  std::string_view front(std::uint64_t mark) noexcept;
  void pop() noexcept;

 private:
  static constexpr std::size_t kHeader = 8;
  static constexpr std::uint64_t kSkip = ~0ull;  // in place of a size: the rest up to the end of the buffer is unused
  static constexpr std::size_t padded(std::size_t size) { return (size + kHeader + 7) & ~std::size_t{7}; }
  std::uint64_t& header_at(std::uint64_t position) const {
    return *reinterpret_cast<std::uint64_t*>(buffer_.get() + (position & mask_));
  }

  const std::size_t mask_;
  const std::unique_ptr<char[]> buffer_;

  alignas(64) std::atomic<std::uint64_t> head_{0};  // written by the writer; positions only grow
  std::uint64_t reserved_ = 0;                      // writer's: head after commit
  std::uint64_t seen_tail_ = 0;                     // writer's last look at tail_

  alignas(64) std::atomic<std::uint64_t> tail_{0};  // written by the reader
};

}  // namespace causeway::telemetry
