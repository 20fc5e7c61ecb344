#include "routing/segment_hash.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace causeway::routing {
namespace {

bool same(const SegmentHash& a, const SegmentHash& b) {
  return a.size() == b.size() && a.group() == b.group() && a.mark() == b.mark() && a.slot(0) == b.slot(0) &&
         a.slot(77) == b.slot(77);
}

TEST(SegmentHash, EndsBeforeTheFirstSlashOrWithThePath) {
  EXPECT_EQ(SegmentHash("").size(), 0u);
  EXPECT_EQ(SegmentHash("/").size(), 0u);
  EXPECT_EQ(SegmentHash("orders/42").size(), 6u);
  EXPECT_EQ(SegmentHash("eightbit/").size(), 8u);
  EXPECT_EQ(SegmentHash("0123456789abcdef0").size(), 17u);
}

TEST(SegmentHash, IsTheSameWhateverFollows) {
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string segment = std::string("abcdefghijklmnopqrstuvwxyz0123456789-._~").substr(0, size);
    const SegmentHash alone(segment);
    EXPECT_EQ(alone.size(), size);
    for (const char* behind : {"/", "/x", "/a/b/c", "//", "/0123456789"})
      EXPECT_TRUE(same(alone, SegmentHash(segment + behind))) << segment << behind;
  }
}

TEST(SegmentHash, TakesEveryByteButTheSlashForText) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string segment;
    for (unsigned size = random() % 20; size > 0; --size) segment += static_cast<char>(random());
    for (char& c : segment)
      if (c == '/') c = '.';  // the byte below: a borrow from its neighbour would show
    const std::string path = segment + "/" + segment;
    ASSERT_EQ(SegmentHash(path).size(), segment.size());
    ASSERT_TRUE(same(SegmentHash(path), SegmentHash(segment)));
  }
}

TEST(SegmentHash, DiffersInItsMarkForSegmentsThatDifferInOneByte) {
  const SegmentHash one("resource-0001");
  EXPECT_NE(one.mark(), SegmentHash("resource-0002").mark());
  EXPECT_NE(one.mark(), SegmentHash("resource-000").mark());
  EXPECT_NE(one.mark(), SegmentHash("Resource-0001").mark());
}

}  // namespace
}  // namespace causeway::routing
