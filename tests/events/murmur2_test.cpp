#include "events/murmur2.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/event_log.h"

namespace causeway::events {
namespace {

// The vectors of Kafka's own UtilsTest.testMurmur2.
TEST(Murmur2, IsThatOfKafka) {
  const auto hash = [](Bytes text) { return static_cast<std::int32_t>(murmur2(text)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(Murmur2, PositiveDropsTheSign) {
  EXPECT_EQ(positive(murmur2("21")), static_cast<std::uint32_t>(-973932308) & 0x7fffffff);
  EXPECT_EQ(positive(0xffffffff), 0x7fffffffu);
}

TEST(ShardOf, FollowsTheKeyAndElseTheId) {
  EXPECT_EQ(shard_of("abc", "ignored", 16), 479470107u % 16);
  EXPECT_EQ(shard_of("", "abc", 16), 479470107u % 16);
  EXPECT_EQ(shard_of("abc", "other", 1), 0u);
}

TEST(ShardOf, UsesEveryShard) {
  std::set<std::uint32_t> used;
  for (int i = 0; i < 1000; ++i) used.insert(shard_of("ORD" + std::to_string(i), "", 16));
  EXPECT_EQ(used.size(), 16u);
  EXPECT_EQ(*used.rbegin(), 15u);
}

}  // namespace
}  // namespace causeway::events
