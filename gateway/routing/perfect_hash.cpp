#include "routing/perfect_hash.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

namespace causeway::routing {
namespace {

constexpr std::uint32_t kSegmentsOfGroup = 4;
constexpr std::uint32_t kMostDisplacement = 1 << 16;
constexpr std::uint32_t kMostSlotsOfSegment = 64;

}  // namespace

PerfectHash::PerfectHash(std::span<const SegmentHash> segments) {
  const auto count = static_cast<std::uint32_t>(segments.size());
  std::vector<Group> groups(std::bit_ceil((count + kSegmentsOfGroup - 1) / kSegmentsOfGroup));
  for (const SegmentHash& segment : segments) groups[segment.group() & (groups.size() - 1)].push_back(segment);
  for (slots_ = std::bit_ceil(count); !place(groups); slots_ *= 2)
    if (slots_ / kMostSlotsOfSegment > count) throw std::logic_error("segments of paths with equal hashes");
}

std::uint32_t PerfectHash::slot(const SegmentHash& segment) const {
  return segment.slot(displacements_[segment.group() & (displacements_.size() - 1)]) & (slots_ - 1);
}

bool PerfectHash::place(std::span<const Group> groups) {
  displacements_.assign(groups.size(), 0);
  taken_.assign(slots_, false);
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](auto a, auto b) { return groups[a].size() > groups[b].size(); });
  for (const std::size_t group : order) {
    std::uint32_t& displacement = displacements_[group];
    while (!fits(groups[group], displacement))
      if (++displacement > kMostDisplacement) return false;
  }
  return true;
}

/// Takes the slots, when they are free.
bool PerfectHash::fits(const Group& group, std::uint32_t displacement) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    const std::uint32_t slot = group[i].slot(displacement) & (slots_ - 1);
    if (taken_[slot]) {
      while (i-- > 0) taken_[group[i].slot(displacement) & (slots_ - 1)] = false;
      return false;
    }
    taken_[slot] = true;
  }
  return true;
}

}  // namespace causeway::routing
