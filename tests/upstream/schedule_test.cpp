#include "upstream/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace causeway::upstream {
namespace {

using Schedule = std::vector<std::uint32_t>;

TEST(Schedule, EqualWeightsTakeTurns) {
  const std::uint32_t weights[] = {1, 1, 1};
  EXPECT_EQ(interleave(weights), (Schedule{0, 1, 2}));
}

TEST(Schedule, AWeightIsSpreadAndNotARow) {
  const std::uint32_t twice[] = {2, 1};
  EXPECT_EQ(interleave(twice), (Schedule{0, 1, 0}));
  const std::uint32_t mixed[] = {3, 1, 2};
  EXPECT_EQ(interleave(mixed), (Schedule{0, 2, 0, 1, 2, 0}));
}

TEST(Schedule, IsAsShortAsTheWeightsAllow) {
  const std::uint32_t weights[] = {1000, 500};
  EXPECT_EQ(interleave(weights), (Schedule{0, 1, 0}));
}

TEST(Schedule, GivesEachItsShareHoweverManyThereAre) {
  std::vector<std::uint32_t> weights(100, 99);
  weights.front() = 100;
  const Schedule schedule = interleave(weights);
  ASSERT_EQ(schedule.size(), 100u * 99 + 1);
  EXPECT_EQ(std::ranges::count(schedule, 0u), 100);
  EXPECT_EQ(std::ranges::count(schedule, 99u), 99);
}

}  // namespace
}  // namespace causeway::upstream
