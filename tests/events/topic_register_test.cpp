#include <gtest/gtest.h>

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
      all.push_back(view.name + " shards=" + std::to_string(view.shards) +
                    " retention=" + std::to_string(view.retention / std::chrono::hours(1)) +
                    "h events=" + std::to_string(view.events) + " published=" + std::to_string(view.published) +
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
  EXPECT_EQ(views(), (Texts{"a shards=4 retention=1h events=0 published=0 oldest=0",
                            "b shards=2 retention=168h events=0 published=0 oldest=0"}));
}

TEST_F(RegisterTopicsTest, TakesAnotherRetentionAndKeepsWhatLeft) {
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1), topic_settings("b", 1)})), "ok");
  log_.append(log_.topic(topic_settings("a", 1)), {draft("x"), draft("y")});
  log_.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 1, std::chrono::hours(2))})), "ok");
  const std::string stored = std::to_string(unix_milliseconds(log_.clock.wall()) - 3'600'000);
  EXPECT_EQ(views(), (Texts{"a shards=1 retention=2h events=2 published=2 oldest=" + stored,
                            "b shards=1 retention=168h events=0 published=0 oldest=0"}));
}

TEST_F(RegisterTopicsTest, ShardsMayChangeUntilThereWereEvents) {
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 4)})), "ok");
  EXPECT_EQ(problems({topic_settings("a", 2)}), Texts());
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 2)})), "ok");
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("a", 8)})), "ok");
  EXPECT_EQ(views(), (Texts{"a shards=8 retention=168h events=0 published=0 oldest=0"}));

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
  EXPECT_EQ(views(), (Texts{"a shards=1 retention=3h events=1 published=1 oldest=" + now}));
}

}  // namespace
}  // namespace causeway::events
