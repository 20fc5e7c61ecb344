#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "events/event_log.h"

namespace causeway::events {
namespace {

constexpr WallTime kNow{std::chrono::milliseconds(0x0195'0000'00ff)};

/// On a thread of its own, which has seen no later time.
template <class Work>
void anew(Work work) {
  std::thread(std::move(work)).join();
}

TEST(EventId, IsAUuidOfVersion7) {
  std::string id;
  anew([&] { id = new_event_id(kNow); });
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "01950000-00ff-7");
  EXPECT_THAT(std::string("89ab"), testing::HasSubstr(id.substr(19, 1)));
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) EXPECT_EQ(id[i], '-') << id;
    else EXPECT_NE(std::string("0123456789abcdef").find(id[i]), std::string::npos) << id;
  }
}

TEST(EventId, AscendsWithinAThread) {
  anew([] {
    std::string before = new_event_id(kNow);
    for (int i = 0; i < 20'000; ++i) {  // more than a millisecond's counter holds
      std::string id = new_event_id(kNow);
      ASSERT_LT(before, id);
      before = std::move(id);
    }
    // The clock was set back.
    EXPECT_LT(before, new_event_id(kNow - std::chrono::hours(1)));
    EXPECT_EQ(new_event_id(kNow + std::chrono::hours(1)).substr(0, 13), "01950036-ef7f");
  });
}

TEST(EventId, IsUniqueOverThreads) {
  constexpr std::size_t kEach = 5'000;
  std::vector<std::vector<std::string>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made)
      threads.emplace_back([&mine] {
        for (std::size_t i = 0; i < kEach; ++i) mine.push_back(new_event_id(kNow));
      });
  }
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), made.size() * kEach);
}

}  // namespace
}  // namespace causeway::events
