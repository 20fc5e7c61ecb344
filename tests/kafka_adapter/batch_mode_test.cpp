#include "adapters/kafka/batch_mode.h"

#include <gtest/gtest.h>

namespace causeway::kafka {
namespace {

TEST(BatchMode, GoesOneByOneUntilTheRefusedRecordIsFound) {
  BatchMode mode;
  EXPECT_FALSE(mode.refused(12));
  EXPECT_TRUE(mode.now().single);
  mode.taken(1);
  EXPECT_TRUE(mode.refused(1));
  mode.taken(BatchMode::kQuiet - 1);
  EXPECT_FALSE(mode.recover());
  mode.taken(1);
  EXPECT_TRUE(mode.recover());
  EXPECT_FALSE(mode.now().single);
  EXPECT_EQ(mode.now().bytes, 1'000'000u);
  EXPECT_FALSE(mode.recover());
}

TEST(BatchMode, MakesBatchesSmallerWhenNoRecordIsAtFault) {
  BatchMode mode;
  for (std::uint32_t bytes = 500'000; bytes > BatchMode::kSmallest; bytes /= 2) {
    EXPECT_FALSE(mode.refused(12));
    mode.taken(BatchMode::kQuiet);
    EXPECT_TRUE(mode.recover());
    EXPECT_EQ(mode.now().bytes, bytes);
  }
  EXPECT_FALSE(mode.refused(12));
  mode.taken(BatchMode::kQuiet);
  EXPECT_TRUE(mode.recover());
  EXPECT_EQ(mode.now().bytes, BatchMode::kSmallest);
}

TEST(BatchMode, KnowsARecordThatWasAlone) {
  BatchMode mode;
  EXPECT_TRUE(mode.refused(1));
  EXPECT_FALSE(mode.now().single);
}

TEST(BatchMode, FollowsTheSmallestTopic) {
  BatchMode mode;
  EXPECT_FALSE(mode.limit(1'048'588));
  EXPECT_TRUE(mode.limit(20'000));
  EXPECT_FALSE(mode.limit(20'000));
  EXPECT_FALSE(mode.limit(30'000));
  EXPECT_EQ(mode.now().bytes, 20'000u);
}

}  // namespace
}  // namespace causeway::kafka
