// Chunks of memory of one size, for arenas, exchanges and buffers of connections: what a call needs, and the next one
// uses again. Not thread safe: a pool belongs to one worker.
#pragma once

#include <cstddef>
#include <vector>

namespace causeway::runtime {

/// Chunks lie in regions of their own: nothing that lives longer comes to lie between them, so that what a burst of
/// connections needed goes back to the system page by page. A chunk that is given back is warm, and the warmest is
/// taken first; what is laid by goes back to the system, and with it what is warm beyond `kKeep`, so that a busy worker
/// never asks the system and an idle one holds little. All chunks are given back before the pool goes.
class ChunkPool {
 public:
  static constexpr std::size_t kChunk = 8192;
  static constexpr std::size_t kKeep = 256;

  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;
  ~ChunkPool();

  /// A chunk of kChunk bytes, whose content is undefined. Throws std::bad_alloc.
  void* take() {
    if (warm_.empty()) return take_cold();
    void* const chunk = warm_.back();
    warm_.pop_back();
    return chunk;
  }
  void give(void* chunk) noexcept { warm_.push_back(chunk); }
  /// Gives back a chunk that nobody will ask for soon: that of a connection which idles or ends.
  void lay_by(void* chunk) noexcept;

 private:
  void* take_cold();
  void cool(void* chunk) noexcept;
  void add_region();

  std::vector<void*> warm_;  ///< has room for all, as cold_ has
  std::vector<void*> cold_;  ///< without memory behind their addresses
  std::vector<void*> regions_;
};

}  // namespace causeway::runtime
