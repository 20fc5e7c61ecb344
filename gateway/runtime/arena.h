// An arena: memory that lives exactly as long as one exchange. Allocation is a pointer bump; chunks are reused by the
// worker's next exchange. Not thread safe: an arena belongs to one worker.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

#include "core/bytes.h"
#include "runtime/chunk_pool.h"

namespace causeway::runtime {

class Arena final : public std::pmr::memory_resource {
 public:
  explicit Arena(ChunkPool& pool) : pool_(pool) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() override { reset(); }

  /// Uninitialised bytes without alignment, for text.
  char* bytes(std::size_t size) { return static_cast<char*>(allocate(size, 1)); }
  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(Bytes text);
  /// Frees everything at once; destructors are not run.
  void reset();

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  struct Large {
    Large* next;
  };
  struct Chunk {
    Chunk* next;
  };

  ChunkPool& pool_;
  Chunk* chunks_ = nullptr;
  Large* large_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace causeway::runtime
