// Gives each of some segments a slot of its own: "hash, displace, and compress" (Belazzougui, Botelho, Dietzfelbinger
// 2009), without the compression. The segments fall into groups by their hash; the largest group goes first, and each
// takes the first displacement that puts all its segments on free slots.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "routing/segment_hash.h"

namespace causeway::routing {

/// Immutable. Some microseconds a segment to make; only when the configuration is read.
class PerfectHash {
 public:
  /// For two or more segments that differ. Throws std::logic_error when no table of tolerable size has room for them,
  /// which takes hashes that are equal in all of their bits.
  explicit PerfectHash(std::span<const SegmentHash> segments);

  std::uint32_t slots() const { return slots_; }                                   ///< a power of two
  std::span<const std::uint32_t> displacements() const { return displacements_; }  ///< by group; a power of two
  std::uint32_t slot(const SegmentHash& segment) const;

 private:
  using Group = std::vector<SegmentHash>;

  bool place(std::span<const Group> groups);
  bool fits(const Group& group, std::uint32_t displacement);

  std::uint32_t slots_ = 0;
  std::vector<std::uint32_t> displacements_;
  std::vector<bool> taken_;
};

}  // namespace causeway::routing
