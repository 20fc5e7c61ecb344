#include <gtest/gtest.h>

#include "events/bus_tables.h"
#include "events/event_tables.h"
#include "events/log_fixture.h"
#include "events/topic_views.h"

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;

class RegisterTopicsTest : public LogTest {
 protected:
  Texts views() {
    Texts all;
    ReadTopics read;
    EXPECT_EQ(text_of(log_.sqlite.query_blocking(read)), "ok");
    for (const TopicView& view : read.topics)
      all.push_back(view.name + " shards=" + std::to_string(view.shards) + " retention=" +
                    std::to_string(view.retention / std::chrono::hours(1)) + "h events=" + std::to_string(view.events) +
                    " stored=" + std::to_string(view.stored) + " published=" + std::to_string(view.published) +
                    " oldest=" + std::to_string(view.oldest_stored_at));
    return all;
  }
  Texts problems(const std::vector<TopicSettings>& settings) {
    const auto topics = log_.topics(settings);
    Texts all;
    const auto found = check_shards(log_.sqlite, *topics);
    EXPECT_TRUE(found.ok());
    for (const ShardProblem& problem : *found) all.push_back(problem.topic->name() + ": " + problem.message);
    return all;
  }
};

TEST_F(RegisterTopicsTest, MakesTopicsKnown) {
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("b", 2), topic_settings("a", 4, std::chrono::hours(1))})),
            "ok");
  EXPECT_EQ(views(), (Texts{"a shards=4 retention=1h events=0 stored=0 published=0 oldest=0",
                            "b shards=2 retention=168h events=0 stored=0 published=0 oldest=0"}));
}

TEST_F(RegisterTopicsTest, TakesAnotherRetentionAndKeepsWhatLeft) {
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1), topic_settings("b", 1)})), "ok");
  log_.append(log_.topic(topic_settings("a", 1)), {draft("x"), draft("y")});
  log_.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1, std::chrono::hours(2))})), "ok");
  const std::string stored = std::to_string(unix_milliseconds(log_.clock.wall()) - 3'600'000);
  EXPECT_EQ(views(), (Texts{"a shards=1 retention=2h events=2 stored=2 published=2 oldest=" + stored,
                            "b shards=1 retention=168h events=0 stored=0 published=0 oldest=0"}));
}

TEST_F(RegisterTopicsTest, ShardsMayChangeUntilThereWereEvents) {
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 4)})), "ok");
  EXPECT_EQ(problems({topic_settings("a", 2)}), Texts());
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 2)})), "ok");
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 8)})), "ok");
  EXPECT_EQ(views(), (Texts{"a shards=8 retention=168h events=0 stored=0 published=0 oldest=0"}));

  EXPECT_EQ(log_.append(log_.topic(topic_settings("a", 8)), {draft("x", "abc")}),
            (Texts{std::to_string(479470107 % 8) + ":1"}));
  const std::vector<TopicSettings> changed{topic_settings("a", 4), topic_settings("new", 1)};
  EXPECT_EQ(problems(changed), (Texts{"a: shards: 8 cannot become 4, \"a\" has had events"}));
  EXPECT_EQ(text_of(log_.register_topics(changed)), "40993 shards: 8 cannot become 4, \"a\" has had events");
  EXPECT_EQ(views().size(), 1u);
  EXPECT_EQ(problems({topic_settings("a", 8), topic_settings("new", 1)}), Texts());
}

TEST_F(RegisterTopicsTest, TheLogTakesTopicsThatNobodyRegistered) {
  const auto topic = log_.topic(topic_settings("a", 1, std::chrono::hours(3)));
  EXPECT_EQ(log_.append(topic, {draft("x")}), (Texts{"0:1"}));
  const std::string now = std::to_string(unix_milliseconds(log_.clock.wall()));
  EXPECT_EQ(views(), (Texts{"a shards=1 retention=3h events=1 stored=1 published=1 oldest=" + now}));
}

TEST_F(RegisterTopicsTest, TheNameOnTheBusMayChangeUntilThereWereEvents) {
  TopicSettings prod = topic_settings("a", 1);
  prod.bus = BusKind::kKafka;
  prod.kafka.topic.value = "prod.a";
  TopicSettings test = prod;
  test.kafka.topic.value = "test.a";
  TopicSettings plain = prod;
  plain.kafka.topic.value.clear();
  EXPECT_EQ(text_of(log_.register_topics({prod})), "ok");
  EXPECT_EQ(text_of(log_.register_topics({test})), "ok");
  log_.append(log_.topic(test), {draft("x")});
  EXPECT_EQ(problems({prod}), (Texts{"a: kafka.topic: test.a cannot become prod.a, \"a\" has had events"}));
  EXPECT_EQ(problems({plain}), (Texts{"a: kafka.topic: test.a cannot become a, \"a\" has had events"}));
  EXPECT_EQ(text_of(log_.register_topics({prod})),
            "40993 kafka.topic: test.a cannot become prod.a, \"a\" has had events");
  EXPECT_EQ(problems({test}), Texts());
  EXPECT_EQ(text_of(log_.register_topics({test})), "ok");
}

TEST_F(RegisterTopicsTest, TheBusMayChangeUntilThereWereEvents) {
  TopicSettings on_bus = topic_settings("a", 1);
  on_bus.bus = BusKind::kKafka;
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1)})), "ok");
  EXPECT_EQ(text_of(log_.register_topics({on_bus})), "ok");
  log_.append(log_.topic(on_bus), {draft("x")});
  TopicSettings other = topic_settings("a", 2);
  EXPECT_EQ(problems({topic_settings("a", 1)}), (Texts{"a: bus: kafka cannot become embedded, \"a\" has had events"}));
  EXPECT_EQ(problems({other}), (Texts{"a: shards: 1 cannot become 2, \"a\" has had events",
                                      "a: bus: kafka cannot become embedded, \"a\" has had events"}));
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1)})),
            "40993 bus: kafka cannot become embedded, \"a\" has had events");
  EXPECT_EQ(problems({on_bus}), Texts());
}

TEST_F(RegisterTopicsTest, WhatTheBusTakesIsKnownFromTheLastTime) {
  TopicSettings on_bus = topic_settings("a", 1);
  on_bus.bus = BusKind::kKafka;
  EXPECT_EQ(text_of(log_.register_topics({on_bus})), "ok");
  EXPECT_EQ(text_of(log_.change([](store::Session& session) -> Result<> {
              tables::set_bus_facts(session, tables::find_topic(session, "a")->id, 8, 4321);
              return {};
            })),
            "ok");
  const auto topics = log_.topics({on_bus});
  RegisterTopics again(topics);
  EXPECT_TRUE(log_.sqlite.commit_blocking(again).ok());
  EXPECT_EQ(topics->find("a")->limits->record_bytes.load(), 4321u);
}

// A file of a version that knew no bus.
TEST(EventSchema, AnOlderFileIsOfTheEmbeddedBus) {
  const TemporaryFolder folder;
  {
    const store::Schema first{"events", kEventSchema.migrations.first(1)};
    fakes::ManualClock clock;
    telemetry::Metrics metrics;
    std::ostringstream written;
    telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
    store::SqliteStore old(OpenLog::settings(folder.database()), clock, metrics, lines);
    const store::Schema* const schemas[] = {&first, &kCursors};
    ASSERT_EQ(old.open(schemas), "");
    static const store::Sql kTopic{"INSERT INTO topic (name, shards, retention) VALUES ('a', 1, 86400000)"};
    static const store::Sql kShard{"INSERT INTO shard (topic, shard, next_pos) VALUES (1, 0, 2)"};
    static const store::Sql kEvent{
        "INSERT INTO event (place, topic, event_id, source, hash, key, type, ts, stored_at, headers, data) "
        "VALUES ((1 << 40) | 1, 1, 'x', 'oms', x'00', '', 'T', 1, 1, '{}', x'7b7d')"};
    Do<store::Change, Result<> (*)(store::Session&)> rows([](store::Session& session) -> Result<> {
      session.run(kTopic);
      session.run(kShard);
      session.run(kEvent);
      return {};
    });
    ASSERT_TRUE(old.commit_blocking(rows).ok());
  }
  OpenLog log(folder.database());
  EXPECT_EQ(log.ids("a", 0), (Texts{"1 x"}));
  EXPECT_EQ(log.append(log.topic(topic_settings("a", 1)), {draft("y")}), (Texts{"0:2"}));
  log.ask([](store::Session& session) -> Result<> {
    EXPECT_EQ(tables::find_topic(session, "a")->bus, BusKind::kEmbedded);
    return {};
  });
}

}  // namespace
}  // namespace causeway::events
