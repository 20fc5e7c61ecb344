#include "runtime/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace causeway::runtime {
namespace {

bool is_aligned(const void* place, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(place) % alignment == 0;
}

TEST(Arena, AlignsEveryAllocationAsAskedFor) {
  ChunkPool pool;
  Arena arena(pool);
  for (const std::size_t alignment : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u}) {
    for (const std::size_t size : {1u, 3u, 17u, 100u, 1000u, 4000u}) {
      arena.bytes(1);  // so that the next place is odd
      void* place = arena.allocate(size, alignment);
      EXPECT_TRUE(is_aligned(place, alignment)) << size << " by " << alignment;
      std::memset(place, 0xab, size);
    }
  }
}

TEST(Arena, AlignsLargeBlocksToo) {
  ChunkPool pool;
  Arena arena(pool);
  for (const std::size_t alignment : {1u, 16u, 32u, 64u, 128u}) {
    void* place = arena.allocate(10000, alignment);
    EXPECT_TRUE(is_aligned(place, alignment)) << alignment;
    std::memset(place, 0xab, 10000);
  }
}

TEST(Arena, AllocationsDoNotOverlap) {
  ChunkPool pool;
  Arena arena(pool);
  std::vector<std::pair<char*, std::size_t>> blocks;
  for (std::size_t i = 0; i < 500; ++i) {
    const std::size_t size = i * 37 % 9000 + 1;
    char* place = static_cast<char*>(arena.allocate(size, i % 3 == 0 ? 16 : 1));
    std::memset(place, static_cast<int>(i % 251), size);
    blocks.emplace_back(place, size);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (std::size_t at = 0; at < blocks[i].second; ++at) ASSERT_EQ(blocks[i].first[at], static_cast<char>(i % 251));
}

TEST(Arena, ALargeBlockDoesNotWasteTheChunkInUse) {
  ChunkPool pool;
  Arena arena(pool);
  const char* before = arena.bytes(8);
  arena.bytes(100000);
  EXPECT_EQ(arena.bytes(8), before + 8);
}

TEST(Arena, CopiesTextThatOutlivesItsSource) {
  ChunkPool pool;
  Arena arena(pool);
  std::string text = "order 42";
  const std::string_view copy = arena.copy(text);
  text.assign(text.size(), '-');
  EXPECT_EQ(copy, "order 42");
  EXPECT_EQ(arena.copy(""), "");
}

TEST(Arena, ResetGivesTheChunksToTheNextUser) {
  ChunkPool pool;
  Arena first(pool);
  const char* place = first.bytes(100);
  first.bytes(50000);
  first.reset();
  Arena second(pool);
  EXPECT_EQ(second.bytes(100), place);
  EXPECT_EQ(std::memset(first.bytes(10), 0, 10) != nullptr, true);  // and the first can be used again
}

TEST(Arena, ServesContainersOfTheStandardLibrary) {
  ChunkPool pool;
  Arena arena(pool);
  std::pmr::vector<std::pmr::string> list(&arena);
  for (int i = 0; i < 1000; ++i) list.emplace_back(std::string(static_cast<std::size_t>(i), 'x'));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(list[static_cast<std::size_t>(i)].size(), static_cast<std::size_t>(i));
}

TEST(ChunkPool, HandsOutTheWarmestFirst) {
  ChunkPool pool;
  void* first = pool.take();
  void* second = pool.take();
  pool.give(first);
  pool.give(second);
  EXPECT_EQ(pool.take(), second);
  EXPECT_EQ(pool.take(), first);
  pool.give(first);
  pool.give(second);
}

TEST(ChunkPool, KeepsABoundedNumber) {
  ChunkPool pool;
  std::vector<void*> chunks;
  for (std::size_t i = 0; i < ChunkPool::kKeep + 50; ++i) chunks.push_back(pool.take());
  for (void* chunk : chunks) pool.lay_by(chunk);  // the address sanitizer finds what is lost or freed twice
  std::set<void*> kept;
  for (std::size_t i = 0; i < ChunkPool::kKeep; ++i) kept.insert(pool.take());
  EXPECT_EQ(kept.size(), ChunkPool::kKeep);
  while (kept.size() < ChunkPool::kKeep + 50) {  // those that were not kept are there again, and none comes twice
    void* const chunk = pool.take();
    std::memset(chunk, 1, ChunkPool::kChunk);
    ASSERT_TRUE(kept.insert(chunk).second);
  }
  for (void* chunk : kept) pool.give(chunk);
}

}  // namespace
}  // namespace causeway::runtime
