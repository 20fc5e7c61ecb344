// The embedded bus behind the port.
#include "events/subscription/log_group_reader.h"

#include "log_fixture.h"

namespace causeway::events {
namespace {

class ReadingTheLog : public LogTest {
 protected:
  ReadingTheLog() {
    EXPECT_EQ(text_of(log_.register_topics({topic_settings("t", 2)})), "ok");
    topic_ = log_.topic(topic_settings("t", 2));
  }
  std::unique_ptr<LogGroupReader> reader() {
    return std::make_unique<LogGroupReader>(log_.log,
                                            ReaderContext{"g", topic_, worker_, log_.metrics, [this] { ++wakes_; }});
  }
  std::vector<std::string> read(LogGroupReader& reader, std::size_t limit, bool more = false) {
    const Result<ReadBatch> batch = fakes::run(worker_, reader.read({limit, 1 << 20}));
    EXPECT_TRUE(batch.ok());
    EXPECT_EQ(batch->more, more);
    EXPECT_EQ(batch->lanes, 2u);
    std::vector<std::string> ids;
    for (const ReadItem& item : batch->items) {
      EXPECT_FALSE(item.origin);
      ids.push_back(std::to_string(item.lane) + ':' + std::to_string(item.event.position) + ' ' + item.event.event_id);
    }
    std::ranges::sort(ids);
    return ids;
  }
  std::vector<Position> starts(Start start, WallTime at) {
    const auto reader = this->reader();
    const Result<std::vector<Position>> low = fakes::run(worker_, reader->starts(start, at));
    return low ? *low : std::vector<Position>{-1};
  }
  void append(const std::string& id, const std::string& key) {
    log_.append(topic_, {draft(id, key)});
    log_.log.signal().announce("t");
  }

  runtime::Worker worker_{0, "worker-0", log_.clock};
  std::shared_ptr<const Topic> topic_;
  int wakes_ = 0;
};

TEST_F(ReadingTheLog, GoesOnBehindWhatItHasGivenAndWhereItBegan) {
  const std::uint32_t lane = shard_of("a", "", 2);
  for (const char* id : {"e1", "e2", "e3", "e4"}) append(id, "a");
  const auto reader = this->reader();
  std::vector<Position> low(2, 0);
  low[lane] = 1;
  reader->begin(low);
  const std::string shard = std::to_string(lane);
  EXPECT_EQ(read(*reader, 2, true), (std::vector<std::string>{shard + ":2 e2", shard + ":3 e3"}));
  EXPECT_EQ(read(*reader, 9), std::vector<std::string>{shard + ":4 e4"});
  EXPECT_EQ(read(*reader, 9), std::vector<std::string>{});
  EXPECT_EQ(wakes_, 0);
  append("e5", "a");
  EXPECT_EQ(wakes_, 1);
  EXPECT_EQ(read(*reader, 9), std::vector<std::string>{shard + ":5 e5"});
}

TEST_F(ReadingTheLog, IsToldNothingOnceItHasGone) {
  reader().reset();
  append("e1", "a");
  EXPECT_EQ(wakes_, 0);
}

TEST_F(ReadingTheLog, BeginsWithTheOldestOrWithWhatIsStoredAfterAMoment) {
  const std::uint32_t lane = shard_of("a", "", 2);
  const WallTime begin = log_.clock.wall();
  std::vector<WallTime> moments;
  for (int i = 1; i <= 5; ++i) {
    append("e" + std::to_string(i), "a");
    moments.push_back(log_.clock.wall());
    log_.clock.advance(std::chrono::milliseconds(10));
  }
  const auto at_lane = [&](Start start, WallTime at) { return starts(start, at)[lane]; };
  EXPECT_EQ(at_lane(Start::kEarliest, begin), 0);
  EXPECT_EQ(at_lane(Start::kLatest, begin - std::chrono::milliseconds(1)), 0);
  for (std::size_t i = 0; i < moments.size(); ++i) EXPECT_EQ(at_lane(Start::kLatest, moments[i]), i + 1);
  EXPECT_EQ(at_lane(Start::kLatest, log_.clock.wall()), 5);
  EXPECT_EQ(starts(Start::kLatest, log_.clock.wall())[1 - lane], 0);
}

}  // namespace
}  // namespace causeway::events
