#include "events/log_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "events/log_fixture.h"

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;

class LogReaderTest : public LogTest {
 protected:
  void append(std::string id, std::string body = "{}") {
    log_.append(one_, {draft(std::move(id), "", std::move(body))});
  }

  std::shared_ptr<const Topic> one_ = log_.topic(topic_settings("one", 1));
};

TEST_F(LogReaderTest, ReadsBehindAPosition) {
  for (const char* id : {"a", "b", "c", "d"}) append(id);
  EXPECT_EQ(log_.ids("one", 0), (Texts{"1 a", "2 b", "3 c", "4 d"}));
  EXPECT_EQ(log_.ids("one", 0, 2), (Texts{"3 c", "4 d"}));
  EXPECT_EQ(log_.ids("one", 0, 4), Texts());
  EXPECT_EQ(log_.ids("one", 0, 0, 2), (Texts{"1 a", "2 b"}));
  EXPECT_EQ(log_.ids("one", 1), Texts());
  EXPECT_EQ(log_.ids("other", 0), Texts());
}

TEST_F(LogReaderTest, StopsAtSoManyBytesButGivesOne) {
  const std::string body = "{\"x\":\"" + std::string(100, 'x') + "\"}";
  for (const char* id : {"a", "b", "c"}) append(id, body);
  EXPECT_EQ(log_.ids("one", 0, 0, 256, 1), (Texts{"1 a"}));
  EXPECT_EQ(log_.ids("one", 0, 0, 256, body.size() + 1), (Texts{"1 a", "2 b"}));
}

TEST_F(LogReaderTest, ReadsOneByItsPlace) {
  append("a");
  append("b", R"({"n":1.10})");
  ReadEvent read;
  read.topic = "one";
  read.position = 2;
  ASSERT_EQ(text_of(log_.sqlite.query_blocking(read)), "ok");
  ASSERT_TRUE(read.found);
  EXPECT_EQ(read.event.event_id, "b");
  EXPECT_EQ(read.event.body, R"({"n":1.10})");
  for (const Position nowhere : {0, 3, -1}) {
    read.position = nowhere;
    ASSERT_EQ(text_of(log_.sqlite.query_blocking(read)), "ok");
    EXPECT_FALSE(read.found) << nowhere;
  }
}

TEST_F(LogReaderTest, FindsById) {
  append("a");
  EXPECT_TRUE(log_.find("one", "a").found);
  EXPECT_FALSE(log_.find("one", "b").found);
  EXPECT_FALSE(log_.find("other", "a").found);
}

TEST_F(LogReaderTest, KnowsTheEnds) {
  append("a");
  append("b");
  log_.ask([](store::Session& session) -> Result<> {
    EXPECT_EQ(shard_ends(session, "one", 1), (std::vector<Position>{2}));
    EXPECT_EQ(shard_ends(session, "one", 3), (std::vector<Position>{2, 0, 0}));
    EXPECT_EQ(shard_ends(session, "other", 2), (std::vector<Position>{0, 0}));
    return {};
  });
}

class Listening final : public LogListener {
 public:
  void appended(std::string_view topic) noexcept override { heard.emplace_back(topic); }
  Texts heard;
};

class Counting final : public LogListener {
 public:
  void appended(std::string_view) noexcept override {
    EXPECT_TRUE(welcome);
    ++count;
  }
  std::atomic<bool> welcome{true};
  std::atomic<int> count{0};
};

class LogSignalTest : public LogReaderTest {};

TEST_F(LogSignalTest, TellsOfWhatIsDurable) {
  Listening listening;
  log_.log.signal().add(listening);
  runtime::Worker worker(0, "worker", log_.clock);
  telemetry::Shard& shard = log_.metrics.add_shard();
  const auto publish = [&](std::vector<EventDraft> drafts) {
    Append append(one_, "oms", std::move(drafts), log_.clock.wall(), log_.log.signal());
    Result<std::vector<Receipt>> result = fakes::run(worker, log_.log.append(worker, shard, append));
    return result ? text_of(*result) : Texts{std::to_string(number(result.error().code()))};
  };
  EXPECT_EQ(publish({draft("a"), draft("b"), draft("a")}), (Texts{"0:1", "0:2", "0:1 duplicate"}));
  EXPECT_EQ(listening.heard, (Texts{"one"}));
  EXPECT_EQ(publish({draft("b")}), (Texts{"0:2 duplicate"}));
  EXPECT_EQ(publish({draft("b", "", R"({"other":1})")}), (Texts{"42290"}));
  EXPECT_EQ(listening.heard, (Texts{"one"}));
  log_.log.signal().remove(listening);
  EXPECT_EQ(publish({draft("c")}), (Texts{"0:3"}));
  EXPECT_EQ(listening.heard, (Texts{"one"}));

  const std::string metrics = log_.metrics.text();
  EXPECT_NE(metrics.find("causeway_events_stored_total{topic=\"one\"} 3\n"), std::string::npos);
  EXPECT_NE(metrics.find("causeway_events_duplicates_total 2\n"), std::string::npos);
  EXPECT_NE(metrics.find("causeway_events_conflicts_total 1\n"), std::string::npos);
}

TEST_F(LogSignalTest, TellsOfAnAppendThatNobodyAwaits) {
  Listening listening;
  log_.log.signal().add(listening);
  const auto later = [&](std::string id, std::string body) {
    log_.sqlite.commit_later(std::make_unique<Append>(
        one_, "oms", std::vector{draft(std::move(id), "", std::move(body))}, log_.clock.wall(), log_.log.signal()));
  };
  later("a", "{}");
  later("a", "{}");
  later("a", R"({"other":1})");
  log_.sqlite.stop();
  EXPECT_EQ(listening.heard, (Texts{"one"}));
}

TEST_F(LogSignalTest, RemoveWaitsForCallsInProgress) {
  LogSignal signal;
  std::jthread announcing([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) signal.announce("one");
  });
  for (int i = 0; i < 200; ++i) {
    Counting counting;
    signal.add(counting);
    while (counting.count == 0) std::this_thread::yield();
    signal.remove(counting);
    counting.welcome = false;
  }
}

}  // namespace
}  // namespace causeway::events
