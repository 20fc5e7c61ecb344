#include "routing/perfect_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace causeway::routing {
namespace {

std::vector<SegmentHash> hashes(std::size_t count) {
  std::vector<SegmentHash> result;
  for (std::size_t i = 0; i < count; ++i) result.emplace_back("segment-" + std::to_string(i));
  return result;
}

TEST(PerfectHash, GivesEverySegmentASlotOfItsOwn) {
  for (const std::size_t count : {2u, 3u, 4u, 5u, 8u, 9u, 63u, 64u, 65u, 1000u, 1024u, 20'000u}) {
    const std::vector<SegmentHash> segments = hashes(count);
    const PerfectHash perfect(segments);
    std::set<std::uint32_t> taken;
    for (const SegmentHash& segment : segments) taken.insert(perfect.slot(segment));
    EXPECT_EQ(taken.size(), count);
    EXPECT_LT(*taken.rbegin(), perfect.slots());
  }
}

TEST(PerfectHash, NeedsLittleMoreRoomThanThereAreSegments) {
  for (const std::size_t count : {100u, 1000u, 10'000u}) {
    const PerfectHash perfect(hashes(count));
    EXPECT_LE(perfect.slots(), 4 * count);
    EXPECT_LE(perfect.displacements().size(), count / 2);
  }
}

TEST(PerfectHash, SaysThatEqualHashesCannotBeToldApart) {
  const std::vector<SegmentHash> twice{SegmentHash("orders"), SegmentHash("orders")};
  EXPECT_THROW(PerfectHash{twice}, std::logic_error);
}

}  // namespace
}  // namespace causeway::routing
