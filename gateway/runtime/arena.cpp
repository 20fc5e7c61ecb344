#include "runtime/arena.h"

#include <cstdint>
#include <cstring>
#include <new>

namespace causeway::runtime {

std::string_view Arena::copy(Bytes text) {
  if (text.empty()) return {};
  char* to = bytes(text.size());
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

void Arena::reset() {
  while (chunks_ != nullptr) {
    Chunk* next = chunks_->next;
    pool_.give(chunks_);
    chunks_ = next;
  }
  while (large_ != nullptr) {
    Large* next = large_->next;
    ::operator delete(large_);
    large_ = next;
  }
  at_ = end_ = nullptr;
}

void* Arena::do_allocate(std::size_t size, std::size_t alignment) {
  const auto aligned = [&](char* from) {
    const auto address = reinterpret_cast<std::uintptr_t>(from);
    return from + ((address + alignment - 1) / alignment * alignment - address);
  };
  if (at_ != nullptr) {
    char* from = aligned(at_);
    if (from <= end_ && size <= static_cast<std::size_t>(end_ - from)) {
      at_ = from + size;
      return from;
    }
  }
  constexpr std::size_t kHeader = alignof(std::max_align_t);
  if (size + alignment > ChunkPool::kChunk / 2) {
    auto* block = static_cast<Large*>(::operator new(kHeader + size + (alignment > kHeader ? alignment : 0)));
    block->next = large_;
    large_ = block;
    return aligned(reinterpret_cast<char*>(block) + kHeader);
  }
  auto* chunk = static_cast<Chunk*>(pool_.take());
  chunk->next = chunks_;
  chunks_ = chunk;
  at_ = reinterpret_cast<char*>(chunk) + kHeader;
  end_ = reinterpret_cast<char*>(chunk) + ChunkPool::kChunk;
  return do_allocate(size, alignment);
}

}  // namespace causeway::runtime
