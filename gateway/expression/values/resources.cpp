#include "expression/values/resources.h"

#include <algorithm>
#include <bit>
#include <new>

namespace causeway::expression {
namespace {

constexpr std::size_t kGrain = 16;
/// Classes 0 … 15 are multiples of the grain; above, each power of two has two.
constexpr std::size_t kSmall = 16;
constexpr std::size_t kLargestChunk = std::size_t{1} << 20;

}  // namespace

std::uint8_t Resources::class_of(std::size_t bytes) {
  if (bytes <= kSmall * kGrain) return static_cast<std::uint8_t>(bytes == 0 ? 0 : (bytes - 1) / kGrain);
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // bytes are in (2^power, 2^(power+1)]
  const std::size_t half = bytes <= (std::size_t{3} << (power - 1)) ? 0 : 1;
  return static_cast<std::uint8_t>(kSmall + (power - 8) * 2 + half);
}

std::size_t Resources::size_of(std::uint8_t size_class) {
  if (size_class < kSmall) return (size_class + std::size_t{1}) * kGrain;
  const std::size_t power = 8 + (size_class - kSmall) / 2;
  return (size_class - kSmall) % 2 == 0 ? std::size_t{3} << (power - 1) : std::size_t{2} << power;
}

Resources::Resources(void* first, std::size_t first_size, std::uint64_t steps, std::size_t memory, std::size_t depth)
    : steps_(steps), memory_(memory), depth_(depth), at_(static_cast<std::byte*>(first)), end_(at_ + first_size) {}

Resources::~Resources() {
  while (chunks_) {
    Chunk* const chunk = chunks_;
    chunks_ = chunk->next;
    ::operator delete(chunk);
  }
}

void Resources::end_at(const Clock& clock, SteadyTime deadline) {
  if (deadline == SteadyTime::max()) return;
  clock_ = &clock;
  deadline_ = deadline;
  later_steps_ = steps_ - std::min(steps_, kSlice);
  steps_ -= later_steps_;
}

bool Resources::go_on(std::uint64_t count) {
  if (count >= steps_ + later_steps_) return end(Exceeded::kSteps);
  if (clock_->steady() >= deadline_) return end(Exceeded::kDeadline);
  const std::uint64_t left = steps_ + later_steps_ - count;
  steps_ = std::min(left, kSlice);
  later_steps_ = left - steps_;
  return true;
}

bool Resources::has_paid(std::uint64_t what) const { return std::ranges::find(paid_, what) != paid_.end(); }

void Resources::note_paid(std::uint64_t what) { paid_[paid_next_++ % paid_.size()] = what; }

void* Resources::take_class(std::uint8_t size_class) {
  const std::size_t size = size_of(size_class);
  used_ += size;
  if (used_ > memory_) [[unlikely]]
    end(Exceeded::kMemory);
  if (size >= kOwnChunk) return add_chunk(size);
  if (Free* const block = free_[size_class]) {
    free_[size_class] = block->next;
    return block;
  }
  if (static_cast<std::size_t>(end_ - at_) < size) {
    const std::size_t chunk = std::max(next_chunk_, size);
    next_chunk_ = std::min(next_chunk_ * 2, kLargestChunk);
    at_ = static_cast<std::byte*>(add_chunk(chunk));
    end_ = at_ + chunk;
  }
  void* const block = at_;
  at_ += size;
  return block;
}

void Resources::release(void* block, std::uint8_t size_class) {
  const std::size_t size = size_of(size_class);
  used_ -= size;
  if (size >= kOwnChunk) {
    Chunk* const chunk = static_cast<Chunk*>(block) - 1;
    (chunk->previous ? chunk->previous->next : chunks_) = chunk->next;
    if (chunk->next) chunk->next->previous = chunk->previous;
    ::operator delete(chunk);
    return;
  }
  auto* const freed = static_cast<Free*>(block);
  freed->next = free_[size_class];
  free_[size_class] = freed;
}

void* Resources::add_chunk(std::size_t bytes) {
  const std::size_t size = bytes + sizeof(Chunk);
  spend_bytes(bytes / 2);  // the system clears what it gives
  auto* const chunk = static_cast<Chunk*>(::operator new(size));
  *chunk = {chunks_, nullptr, size, 0};
  if (chunks_) chunks_->previous = chunk;
  chunks_ = chunk;
  return chunk + 1;
}

void* Resources::do_allocate(std::size_t bytes, std::size_t) { return take_class(class_of(bytes)); }

void Resources::do_deallocate(void* block, std::size_t bytes, std::size_t) { release(block, class_of(bytes)); }

}  // namespace causeway::expression
