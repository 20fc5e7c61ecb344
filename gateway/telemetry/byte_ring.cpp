#include "telemetry/byte_ring.h"

namespace causeway::telemetry {

ByteRing::ByteRing(std::size_t capacity) : mask_(capacity - 1), buffer_(new char[capacity]) {}

char* ByteRing::reserve(std::size_t size) noexcept {
  const std::size_t capacity = mask_ + 1;
  if (size > max_message()) return nullptr;
  const std::uint64_t head = head_.load(std::memory_order_relaxed);
  const std::size_t needed = padded(size);
  const std::size_t to_end = capacity - (head & mask_);
  const std::size_t skipped = needed > to_end ? to_end : 0;
  if (head + skipped + needed - seen_tail_ > capacity) {
    seen_tail_ = tail_.load(std::memory_order_acquire);
    if (head + skipped + needed - seen_tail_ > capacity) return nullptr;
  }
  if (skipped > 0) header_at(head) = kSkip;
  header_at(head + skipped) = size;
  reserved_ = head + skipped + needed;
  return buffer_.get() + ((head + skipped) & mask_) + kHeader;
}

std::string_view ByteRing::front(std::uint64_t mark) noexcept {
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail >= mark) return {};
  if (header_at(tail) == kSkip) {
    tail += mask_ + 1 - (tail & mask_);
    tail_.store(tail, std::memory_order_release);
  }
  return {buffer_.get() + (tail & mask_) + kHeader, header_at(tail)};
}

void ByteRing::pop() noexcept {
  const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
  tail_.store(tail + padded(header_at(tail)), std::memory_order_release);
}

}  // namespace causeway::telemetry
