#include "runtime/chunk_pool.h"

#include <sys/mman.h>

#include <new>

// Under a sanitizer every chunk is a block of its own, so that what is used wrongly is found.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CAUSEWAY_NO_CHUNK_REGIONS
#endif
#endif

namespace causeway::runtime {

/// Each idle connection takes some of what its burst has left behind along.
void ChunkPool::lay_by(void* chunk) noexcept {
  constexpr std::size_t kAtOnce = 4;
  give(chunk);
  for (std::size_t i = 0; i < kAtOnce && warm_.size() > kKeep; ++i) {
    void* const surplus = warm_.back();
    warm_.pop_back();
    cool(surplus);
  }
}

#ifdef CAUSEWAY_NO_CHUNK_REGIONS

ChunkPool::~ChunkPool() {
  for (void* const chunk : warm_) ::operator delete(chunk);
}

void* ChunkPool::take_cold() { return ::operator new(kChunk); }

void ChunkPool::cool(void* chunk) noexcept { ::operator delete(chunk); }

#else

namespace {

constexpr std::size_t kInRegion = 128;
constexpr std::size_t kRegion = kInRegion * ChunkPool::kChunk;

}  // namespace

ChunkPool::~ChunkPool() {
  for (void* const region : regions_) ::munmap(region, kRegion);
}

void* ChunkPool::take_cold() {
  if (cold_.empty()) add_region();
  void* const chunk = cold_.back();
  cold_.pop_back();
  return chunk;
}

void ChunkPool::cool(void* chunk) noexcept {
  ::madvise(chunk, kChunk, MADV_DONTNEED);
  cold_.push_back(chunk);
}

void ChunkPool::add_region() {
  regions_.reserve(regions_.size() + 1);
  warm_.reserve((regions_.size() + 1) * kInRegion);
  cold_.reserve((regions_.size() + 1) * kInRegion);
  void* const region = ::mmap(nullptr, kRegion, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc();
  ::madvise(region, kRegion, MADV_NOHUGEPAGE);  // pages go one by one
  regions_.push_back(region);
  for (std::size_t i = kInRegion; i-- > 0;) cold_.push_back(static_cast<char*>(region) + i * kChunk);
}

#endif

}  // namespace causeway::runtime
