// What every bus behind GroupReader does, as cases for each of them. A suite includes this and instantiates
// BusConformance with the buses that it has.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "events/subscription/group_reader.h"
#include "fakes/run_task.h"

namespace causeway::events {

/// A bus with one topic on it. One thread.
class ConformingBus {
 public:
  virtual ~ConformingBus() = default;
  virtual runtime::Worker& worker() = 0;
  /// Events e-<from> … e-<to> of a lane are there when it returns.
  virtual void publish(std::uint32_t lane, int from, int to, WallTime stored_at, std::size_t bytes = 0) = 0;
  virtual std::unique_ptr<GroupReader> reader(std::function<void()> wake) = 0;
  /// Durable in the store, then told to the reader.
  virtual void settle(GroupReader& reader, std::uint32_t lane, Position low) = 0;
};

struct ConformingBusKind {
  std::string name;
  std::function<std::unique_ptr<ConformingBus>(std::uint32_t lanes)> make;
};

inline void PrintTo(const ConformingBusKind& kind, std::ostream* out) { *out << kind.name; }

class BusConformance : public testing::TestWithParam<ConformingBusKind> {
 protected:
  static constexpr WallTime kThen{std::chrono::milliseconds(1'790'000'000'000)};

  void make(std::uint32_t lanes) { bus_ = GetParam().make(lanes); }
  static bool wait_for(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  /// An answer of the reader, asked again as long as the bus cannot say.
  template <class Ask>
  auto answer(Ask ask) {
    auto result = fakes::run(bus_->worker(), ask());
    wait_for([&] {
      if (!result) result = fakes::run(bus_->worker(), ask());
      return result.ok();
    });
    return std::move(result).value();
  }
  std::vector<Position> starts(GroupReader& reader, Start start, WallTime at = kThen) {
    return answer([&] { return reader.starts(start, at); });
  }
  /// Reads until there are so many, one batch after another.
  std::vector<ReadItem> read(GroupReader& reader, std::size_t count, ReadWish wish = {100, 1 << 20}) {
    std::vector<ReadItem> all;
    wait_for([&] {
      auto batch = fakes::run(bus_->worker(), reader.read(wish));
      if (batch) std::ranges::move(batch->items, std::back_inserter(all));
      return all.size() >= count;
    });
    return all;
  }
  /// `e-7@3` for position 3, of one lane.
  static std::vector<std::string> of_lane(const std::vector<ReadItem>& items, std::uint32_t lane) {
    std::vector<std::string> all;
    for (const ReadItem& item : items)
      if (item.lane == lane) all.push_back(item.event.event_id + '@' + std::to_string(item.event.position));
    return all;
  }
  static std::vector<std::string> run_of(int from, int to, Position position) {
    std::vector<std::string> all;
    for (int at = from; at <= to; ++at) all.push_back("e-" + std::to_string(at) + '@' + std::to_string(position++));
    return all;
  }

  std::unique_ptr<ConformingBus> bus_;
};

TEST_P(BusConformance, KeepsTheOrderOfEachLane) {
  make(3);
  bus_->publish(0, 1, 120, kThen);
  bus_->publish(1, 121, 130, kThen);
  bus_->publish(2, 131, 300, kThen);
  const auto reader = bus_->reader([] {});
  reader->begin(std::vector<Position>{0, 0, 0});
  const auto items = read(*reader, 300, {7, 1 << 20});
  EXPECT_EQ(of_lane(items, 0), run_of(1, 120, 1));
  EXPECT_EQ(of_lane(items, 1), run_of(121, 130, 1));
  EXPECT_EQ(of_lane(items, 2), run_of(131, 300, 1));
}

TEST_P(BusConformance, BringsEventsAsTheyWereStored) {
  make(1);
  bus_->publish(0, 1, 1, kThen);
  const auto reader = bus_->reader([] {});
  reader->begin(std::vector<Position>{0});
  const auto items = read(*reader, 1);
  ASSERT_EQ(items.size(), 1u);
  const StoredEvent& event = items[0].event;
  EXPECT_EQ(event.position, 1);
  EXPECT_EQ(event.event_id, "e-1");
  EXPECT_EQ(event.source, "oms");
  EXPECT_EQ(event.type, "ORDER_CREATED");
  EXPECT_EQ(event.stored_at, unix_milliseconds(kThen));
  EXPECT_EQ(event.headers, R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})");
  EXPECT_EQ(event.body, R"({"eventId":"e-1","eventType":"ORDER_CREATED","timestamp":1,"data":{"price":19.90}})");
}

TEST_P(BusConformance, GoesOnAtTheCursorWithoutALossOrADouble) {
  make(2);
  bus_->publish(0, 1, 50, kThen);
  bus_->publish(1, 51, 60, kThen);
  for (Position low = 0; low < 50; low += 10) {
    auto reader = bus_->reader([] {});
    reader->begin(std::vector<Position>{low, low / 5});
    const auto items = read(*reader, static_cast<std::size_t>(50 - low + 10 - low / 5));
    EXPECT_EQ(of_lane(items, 0), run_of(static_cast<int>(low) + 1, 50, low + 1));
    EXPECT_EQ(of_lane(items, 1), run_of(51 + static_cast<int>(low / 5), 60, low / 5 + 1));
    bus_->settle(*reader, 0, low + 10);
  }
}

TEST_P(BusConformance, KeepsToTheLimitsOfAWish) {
  make(2);
  bus_->publish(0, 1, 30, kThen, 2000);
  bus_->publish(1, 31, 60, kThen, 2000);
  const auto reader = bus_->reader([] {});
  reader->begin(std::vector<Position>{0, 0});
  // Until the first are there.
  std::vector<ReadItem> all = read(*reader, 1, {1, 1 << 20});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(wait_for([&] {
    ReadBatch few = answer([&] { return reader->read({4, 1 << 20}); });
    EXPECT_LE(few.items.size(), 4u);
    if (few.items.size() == 4) EXPECT_TRUE(few.more);
    std::ranges::move(few.items, std::back_inserter(all));
    return few.more;
  }));
  EXPECT_TRUE(wait_for([&] {
    ReadBatch light = answer([&] { return reader->read({100, 5000}); });
    EXPECT_LE(light.items.size(), 3u);
    std::ranges::move(light.items, std::back_inserter(all));
    return light.more;
  }));
  ReadBatch one = answer([&] { return reader->read({100, 1}); });
  EXPECT_LE(one.items.size(), 1u);
  std::ranges::move(one.items, std::back_inserter(all));
  std::ranges::move(read(*reader, 60 - all.size()), std::back_inserter(all));
  EXPECT_EQ(of_lane(all, 0), run_of(1, 30, 1));
  EXPECT_EQ(of_lane(all, 1), run_of(31, 60, 1));
}

TEST_P(BusConformance, SaysThatThereIsNothing) {
  make(1);
  bus_->publish(0, 1, 3, kThen);
  const auto reader = bus_->reader([] {});
  reader->begin(std::vector<Position>{0});
  EXPECT_EQ(read(*reader, 3).size(), 3u);
  const ReadBatch none = answer([&] { return reader->read({100, 1 << 20}); });
  EXPECT_TRUE(none.items.empty());
  EXPECT_FALSE(none.more);
  EXPECT_EQ(none.lanes, 1u);
}

TEST_P(BusConformance, WakesWhenThereIsSomethingToRead) {
  make(2);
  std::atomic<int> woken{0};
  const auto reader = bus_->reader([&] { ++woken; });
  reader->begin(std::vector<Position>{0, 0});
  for (int round = 0; round < 5; ++round) {
    // Read until there is nothing, then wait to be woken: nothing is overlooked.
    bus_->publish(static_cast<std::uint32_t>(round % 2), round + 1, round + 1, kThen);
    std::vector<ReadItem> items;
    ASSERT_TRUE(wait_for([&] {
      if (woken.exchange(0) == 0) return false;
      ReadBatch batch = answer([&] { return reader->read({100, 1 << 20}); });
      std::ranges::move(batch.items, std::back_inserter(items));
      return !items.empty();
    }));
    EXPECT_EQ(items[0].event.event_id, "e-" + std::to_string(round + 1));
  }
}

TEST_P(BusConformance, BeginsWithTheOldestOrWithWhatComesAfter) {
  make(2);
  using std::chrono::seconds;
  bus_->publish(0, 1, 5, kThen);
  bus_->publish(0, 6, 8, kThen + seconds(2));
  bus_->publish(1, 9, 10, kThen);
  const auto reader = bus_->reader([] {});
  EXPECT_EQ(starts(*reader, Start::kEarliest), (std::vector<Position>{0, 0}));
  EXPECT_EQ(starts(*reader, Start::kLatest, kThen + seconds(1)), (std::vector<Position>{5, 2}));
  EXPECT_EQ(starts(*reader, Start::kLatest, kThen + seconds(2)), (std::vector<Position>{8, 2}));
  EXPECT_EQ(starts(*reader, Start::kLatest, kThen - seconds(1)), (std::vector<Position>{0, 0}));
}

TEST_P(BusConformance, TellsHowFarAGroupIsBehind) {
  make(2);
  bus_->publish(0, 1, 10, kThen);
  bus_->publish(1, 11, 15, kThen + std::chrono::seconds(5));
  const auto reader = bus_->reader([] {});
  bus_->settle(*reader, 0, 0);
  bus_->settle(*reader, 1, 0);
  reader->begin(std::vector<Position>{0, 0});
  EXPECT_TRUE(wait_for([&] { return answer([&] { return reader->backlog(); }).events == 15; }));
  EXPECT_TRUE(
      wait_for([&] { return answer([&] { return reader->backlog(); }).oldest_stored_at == unix_milliseconds(kThen); }));
  EXPECT_EQ(read(*reader, 15).size(), 15u);
  EXPECT_EQ(answer([&] { return reader->backlog(); }).events, 15);
  bus_->settle(*reader, 0, 10);
  bus_->settle(*reader, 1, 2);
  EXPECT_EQ(answer([&] { return reader->backlog(); }).events, 3);
  bus_->settle(*reader, 1, 5);
  const GroupBacklog none = answer([&] { return reader->backlog(); });
  EXPECT_EQ(none.events, 0);
  EXPECT_EQ(none.oldest_stored_at, 0);
}

}  // namespace causeway::events
