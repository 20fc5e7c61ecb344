#include "events/subscription/seen_positions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace causeway::events {
namespace {

std::vector<SeenMark> passed(SeenPositions& seen, std::uint32_t lane, Position low) {
  std::vector<SeenMark> marks;
  seen.pass(lane, low, marks);
  return marks;
}

/// The group reads a record: may it be a double?
bool is_double(SeenPositions& seen, std::uint32_t lane, Position position, const Origin& origin) {
  const bool known = seen.knows(lane, origin);
  if (!known) seen.read(lane, position, origin);
  return known;
}

TEST(SeenPositions, ARepeatIsADoubleWhatComesBehindItIsNot) {
  SeenPositions seen;
  std::string doubles;
  Position position = 0;
  for (const Position origin : {1, 2, 3, 2, 3, 4, 6, 4, 6, 7})
    doubles += is_double(seen, 0, ++position, {"a", 5, origin}) ? 'd' : '.';
  EXPECT_EQ(doubles, "...dd..dd.");
}

TEST(SeenPositions, LanesStoresAndShardsAreCountedApart) {
  SeenPositions seen;
  EXPECT_FALSE(is_double(seen, 0, 1, {"a", 0, 9}));
  EXPECT_FALSE(is_double(seen, 1, 1, {"a", 0, 9}));
  EXPECT_FALSE(is_double(seen, 0, 2, {"a", 1, 9}));
  EXPECT_FALSE(is_double(seen, 0, 3, {"b", 0, 9}));
  EXPECT_TRUE(is_double(seen, 0, 4, {"a", 0, 9}));
}

TEST(SeenPositions, WhatIsWrittenCoversExactlyWhatTheCursorPasses) {
  SeenPositions seen;
  is_double(seen, 0, 1, {"a", 0, 10});
  is_double(seen, 0, 2, {"a", 1, 20});
  is_double(seen, 0, 3, {"a", 0, 11});
  is_double(seen, 0, 4, {"a", 0, 10});
  is_double(seen, 0, 5, {"a", 0, 12});
  EXPECT_EQ(passed(seen, 0, 4), (std::vector<SeenMark>{{0, "a", 0, 11}, {0, "a", 1, 20}}));
  EXPECT_EQ(passed(seen, 0, 4), std::vector<SeenMark>{});
  EXPECT_EQ(passed(seen, 1, 100), std::vector<SeenMark>{});
  EXPECT_EQ(passed(seen, 0, 9), (std::vector<SeenMark>{{0, "a", 0, 12}}));
}

TEST(SeenPositions, GoesOnFromWhatWasWritten) {
  SeenPositions seen;
  seen.restore(std::vector<SeenMark>{{0, "a", 0, 11}});
  EXPECT_TRUE(is_double(seen, 0, 5, {"a", 0, 11}));
  EXPECT_FALSE(is_double(seen, 0, 6, {"a", 0, 12}));
  EXPECT_EQ(passed(seen, 0, 6), (std::vector<SeenMark>{{0, "a", 0, 12}}));
}

/// A partition that a relay fills, going back now and then, and a group that is killed now and then: of every event
/// exactly the first record is new, whatever was written when.
TEST(SeenPositions, OverAnyCrashTheFirstRecordOfAnEventIsNewAndNoOther) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Origin> lane;  // by position - 1
    std::vector<bool> first;
    std::map<std::uint32_t, Position> sent;
    std::set<std::pair<std::uint32_t, Position>> known;
    std::map<std::pair<std::string, std::uint32_t>, Position> written;
    SeenPositions seen;
    Position read = 0;
    Position low = 0;
    for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
      const unsigned what = random() % 100;
      const std::uint32_t shard = random() % 3;
      if (what < 40) {
        lane.push_back({"a", shard, ++sent[shard]});
        first.push_back(known.emplace(shard, sent[shard]).second);
      } else if (what < 45) {
        sent[shard] -= std::min<Position>(sent[shard], random() % 5);
      } else if (what < 80) {
        for (unsigned i = random() % 4; i > 0 && read < static_cast<Position>(lane.size()); --i, ++read)
          ASSERT_EQ(is_double(seen, 0, read + 1, lane[static_cast<std::size_t>(read)]),
                    !first[static_cast<std::size_t>(read)]);
      } else if (what < 95) {
        low += static_cast<Position>(random()) % (read - low + 1);
        for (const SeenMark& mark : passed(seen, 0, low)) written[{mark.store_id, mark.shard}] = mark.position;
      } else {
        seen = SeenPositions();
        std::vector<SeenMark> marks;
        for (const auto& [key, position] : written) marks.push_back({0, key.first, key.second, position});
        seen.restore(marks);
        read = low;
      }
    }
  }
}

TEST(SeenPositions, ForgedOriginsTakeNoMoreMemory) {
  SeenPositions seen;
  for (std::size_t store = 0; store < SeenPositions::kMostStores; ++store)
    is_double(seen, 0, static_cast<Position>(store) + 1, {"s" + std::to_string(store), 0, 1});
  EXPECT_FALSE(is_double(seen, 0, 1000, {"another", 0, 1}));
  EXPECT_FALSE(is_double(seen, 0, 1001, {"another", 0, 1}));  // not known: it is delivered
  EXPECT_TRUE(is_double(seen, 0, 1002, {"s7", 0, 1}));
}

}  // namespace
}  // namespace causeway::events
