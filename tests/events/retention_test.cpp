#include "events/retention.h"

#include <gtest/gtest.h>

#include "events/bus_tables.h"
#include "events/event_tables.h"
#include "events/log_fixture.h"
#include "events/topic_views.h"

namespace causeway::events {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::hours;
using std::chrono::minutes;

class RetentionTest : public LogTest {
 protected:
  static TopicSettings two_days() { return topic_settings("one", 1, hours(48)); }

  void append(const TopicSettings& settings, const std::vector<std::string>& ids) {
    std::vector<EventDraft> drafts;
    for (const std::string& id : ids) drafts.push_back(draft(id));
    log_.append(log_.topic(settings), std::move(drafts));
  }
  /// How many events left topic "one" in one slice.
  std::string trim() {
    Trim trim(log_.clock.wall());
    EXPECT_EQ(text_of(log_.sqlite.commit_blocking(trim)), "ok");
    const auto one = trim.trimmed().find("one");
    return (one == trim.trimmed().end() ? "0" : std::to_string(one->second)) + (trim.full() ? " full" : "");
  }
  std::int64_t rows() {
    static const store::Sql kCount{"SELECT count(*) FROM event"};
    std::int64_t count = -1;
    log_.ask([&](store::Session& session) -> Result<> {
      store::Rows rows = session.query(kCount);
      rows.next();
      count = rows.integer(0);
      return {};
    });
    return count;
  }
};

TEST_F(RetentionTest, EventsLeaveWhenTheyAreOld) {
  append(two_days(), {"a", "b"});
  log_.clock.advance(hours(24));
  append(two_days(), {"c"});
  EXPECT_EQ(trim(), "0");
  log_.clock.advance(hours(24) - std::chrono::milliseconds(1));
  EXPECT_EQ(trim(), "0");
  log_.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(trim(), "2");
  EXPECT_EQ(log_.ids("one", 0), (Texts{"3 c"}));
  EXPECT_FALSE(log_.find("one", "a").found);
  EXPECT_EQ(rows(), 1);
  log_.clock.advance(hours(24));
  EXPECT_EQ(trim(), "1");
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 0);
}

TEST_F(RetentionTest, PositionsGoOnBehindWhatLeft) {
  append(two_days(), {"a", "b"});
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "2");
  EXPECT_EQ(log_.append(log_.topic(two_days()), {draft("c")}), (Texts{"0:3"}));
  EXPECT_EQ(log_.ids("one", 0), (Texts{"3 c"}));
  log_.ask([](store::Session& session) -> Result<> {
    EXPECT_EQ(shard_ends(session, "one", 1), (std::vector<Position>{3}));
    const std::vector<TopicView> views = topic_views(session);
    EXPECT_EQ(views.at(0).events, 1);
    EXPECT_EQ(views.at(0).published, 3);
    return {};
  });
}

TEST_F(RetentionTest, NothingLeavesThatAGroupDoesNotHave) {
  append(two_days(), {"a", "b", "c"});
  log_.set_cursor("wms", "one", 0, 3);
  log_.set_cursor("erp", "one", 0, 1);
  log_.set_cursor("erp", "other", 0, 0);
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "1");
  EXPECT_EQ(log_.ids("one", 0), (Texts{"2 b", "3 c"}));
  log_.set_cursor("erp", "one", 0, 2);
  EXPECT_EQ(trim(), "1");
  EXPECT_EQ(trim(), "0");
  log_.set_cursor("erp", "one", 0, 3);
  EXPECT_EQ(trim(), "1");
}

TEST_F(RetentionTest, AGroupWithoutACursorInAShardHasReadNothingOfIt) {
  const auto settings = topic_settings("one", 2, hours(48));
  std::string in_first = "k";
  while (shard_of(in_first, "", 2) != 0) in_first += 'k';
  log_.append(log_.topic(settings), {draft("a", in_first)});
  log_.set_cursor("wms", "one", 1, 5);
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "0");
  log_.set_cursor("wms", "one", 0, 1);
  EXPECT_EQ(trim(), "1");
}

TEST_F(RetentionTest, AnEventIdIsRememberedForADayAtLeast) {
  const TopicSettings short_lived = topic_settings("one", 1, minutes(1));
  append(short_lived, {"a", "b"});
  log_.clock.advance(minutes(1));
  EXPECT_EQ(trim(), "2");
  EXPECT_EQ(log_.ids("one", 0), Texts());
  EXPECT_FALSE(log_.find("one", "a").found);
  EXPECT_EQ(log_.append(log_.topic(short_lived), {draft("a")}), (Texts{"0:1 duplicate"}));
  EXPECT_EQ(log_.append(log_.topic(short_lived), {draft("a", "", R"({"other":1})")}),
            (Texts{"42290 event a of one is known with another payload or source", "conflict"}));
  EXPECT_EQ(rows(), 2);

  log_.clock.advance(hours(24) - minutes(1) - std::chrono::milliseconds(1));
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 2);
  log_.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(log_.append(log_.topic(short_lived), {draft("a")}), (Texts{"0:3"}));
}

TEST_F(RetentionTest, WhatIsRememberedIsForgottenUnderALongerRetentionToo) {
  append(topic_settings("one", 1, minutes(1)), {"a"});
  log_.clock.advance(minutes(1));
  EXPECT_EQ(trim(), "1");
  EXPECT_EQ(text_of(log_.register_topics({topic_settings("one", 1, hours(72))})), "ok");
  log_.clock.advance(hours(71));
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 1);
  log_.clock.advance(hours(1));
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 0);
}

TEST_F(RetentionTest, ASliceIsBounded) {
  std::vector<EventDraft> drafts;
  for (std::size_t i = 0; i < Trim::kSliceEvents + 10; ++i) drafts.push_back(draft("e" + std::to_string(i)));
  const auto topic = log_.topic(topic_settings("one", 2, hours(48)));
  log_.append(topic, std::move(drafts));
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "2000 full");
  EXPECT_EQ(rows(), 10);
  EXPECT_EQ(trim(), "10");
  EXPECT_EQ(rows(), 0);
}

TEST_F(RetentionTest, ASliceIsBoundedInBytes) {
  const std::string large(Trim::kSliceBytes / 2, ' ');
  log_.append(log_.topic(two_days()), {draft("a", "", large), draft("b", "", large), draft("c", "", large)});
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "2 full");
  EXPECT_EQ(trim(), "1");
}

TEST_F(RetentionTest, EveryTopicHasItsOwnRetention) {
  append(topic_settings("short", 1, hours(24)), {"a"});
  append(topic_settings("long", 1, hours(72)), {"a"});
  append(topic_settings("left the configuration", 1, hours(48)), {"a", "b"});
  log_.clock.advance(hours(48));
  Trim trim(log_.clock.wall());
  ASSERT_EQ(text_of(log_.sqlite.commit_blocking(trim)), "ok");
  EXPECT_EQ(trim.trimmed(), (std::map<std::string, std::int64_t>{{"left the configuration", 2}, {"short", 1}}));
  EXPECT_FALSE(trim.full());
}

bool counted(const telemetry::Metrics& metrics, std::string_view line) {
  return metrics.text().find(line) != std::string::npos;
}

TEST_F(RetentionTest, RunsWhenItIsGivenAConfiguration) {
  append(two_days(), {"a", "b"});
  log_.clock.advance(hours(48));
  runtime::Worker control(0, "control", log_.clock);
  Retention retention(log_.log, control, log_.metrics, log_.lines);
  retention.take(log_.topics({two_days(), topic_settings("two")}));
  fakes::run_until(control, [&] { return counted(log_.metrics, "causeway_events_trimmed_total{topic=\"one\"} 2\n"); });
  EXPECT_TRUE(counted(log_.metrics, "causeway_events_trimmed_total{topic=\"two\"} 0\n"));
  EXPECT_EQ(rows(), 0);
}

TEST_F(RetentionTest, GoesOnByItselfWhileSlicesAreFull) {
  std::vector<EventDraft> drafts;
  for (std::size_t i = 0; i < Trim::kSliceEvents + 1; ++i) drafts.push_back(draft("e" + std::to_string(i)));
  log_.append(log_.topic(two_days()), std::move(drafts));
  SystemClock moving;
  runtime::Worker control(0, "control", moving);
  class Later final : public Clock {
   public:
    WallTime wall() const override { return SystemClock().wall() + hours(24 * 365 * 10); }
    SteadyTime steady() const override { return SystemClock().steady(); }
  } later;
  EventLog log(log_.sqlite, later, log_.metrics);
  Retention retention(log, control, log_.metrics, log_.lines);
  retention.take(log_.topics({two_days()}));
  fakes::run_until(control,
                   [&] { return counted(log_.metrics, "causeway_events_trimmed_total{topic=\"one\"} 2001\n"); });
}

TEST_F(RetentionTest, SaysWhenTheStoreRefuses) {
  append(two_days(), {"a"});
  log_.sqlite.stop();
  runtime::Worker control(0, "control", log_.clock);
  Retention retention(log_.log, control, log_.metrics, log_.lines);
  retention.take(log_.topics({two_days()}));
  fakes::run_until(control, [&] {
    log_.lines.drain();
    return log_.written.str().find("retention failed | error=the store is stopped") != std::string::npos;
  });
}

TEST_F(RetentionTest, MayGoWhileItsSliceIsOnItsWay) {
  append(two_days(), {"a"});
  log_.clock.advance(hours(48));
  runtime::Worker control(0, "control", log_.clock);
  {
    Retention retention(log_.log, control, log_.metrics, log_.lines);
    retention.take(log_.topics({two_days()}));
    control.io().run_one();
  }
  fakes::run_until(control, [&] { return rows() == 0; });
}

TEST_F(RetentionTest, LeavesTheStoreAloneOnceItHasGone) {
  append(two_days(), {"a"});
  log_.clock.advance(hours(48));
  runtime::Worker control(0, "control", log_.clock);
  {
    Retention retention(log_.log, control, log_.metrics, log_.lines);
    retention.take(log_.topics({two_days()}));
  }
  control.io().run_one();  // what it was given, too late
  control.io().run_one();
  EXPECT_EQ(rows(), 1);
}

class RetentionOnABusTest : public RetentionTest {
 protected:
  static TopicSettings on_bus(Duration retention) {
    TopicSettings settings = topic_settings("one", 1, retention);
    settings.bus = BusKind::kKafka;
    return settings;
  }
  void relayed(Position position) {
    EXPECT_EQ(text_of(log_.change([&](store::Session& session) -> Result<> {
                const auto shard = tables::find_shard(session, "one", 0);
                for (Position at = 1; at <= position; ++at) {
                  if (at == 2) tables::add_refused(session, shard->lane, at, "too large", 5);
                  else tables::add_placed(session, shard->lane, at, {0, at + 10});
                }
                tables::set_relayed(session, shard->lane, position);
                return {};
              })),
              "ok");
  }
  std::int64_t outcomes() {
    std::int64_t count = 0;
    log_.ask([&](store::Session& session) -> Result<> {
      count = static_cast<std::int64_t>(
          tables::finished_behind(session, tables::find_shard(session, "one", 0)->lane, 0).size());
      return {};
    });
    return count;
  }
};

TEST_F(RetentionOnABusTest, EventsLeaveADayLaterAndNeverBeforeTheyAreThere) {
  append(on_bus(hours(72)), {"a", "b", "c", "d"});
  log_.set_cursor("group", "one", 0, 0);  // a partition, not the shard
  log_.clock.advance(hours(48));
  EXPECT_EQ(trim(), "0");
  relayed(3);
  EXPECT_EQ(trim(), "3");
  EXPECT_EQ(log_.ids("one", 0), (Texts{"4 d"}));
  EXPECT_FALSE(log_.find("one", "a").found);
  EXPECT_EQ(log_.find("one", "a").placed, (BusPlace{0, 11}));
  // What was refused is still there, and all ids are known.
  EXPECT_TRUE(log_.find("one", "b").found);
  EXPECT_EQ(log_.find("one", "b").event.body, "{}");
  EXPECT_EQ(log_.find("one", "b").refused, "too large");
  EXPECT_EQ(log_.append(log_.topic(on_bus(hours(72))), {draft("a"), draft("b")}),
            (Texts{"0:1 duplicate", "0:2 duplicate"}));
  EXPECT_EQ(outcomes(), 3);
  log_.clock.advance(hours(24));
  EXPECT_EQ(trim(), "0");
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(outcomes(), 0);
  EXPECT_FALSE(log_.find("one", "b").found);
}

TEST_F(RetentionOnABusTest, TheyStayADayWhateverTheRetentionOfTheTopic) {
  append(on_bus(hours(1)), {"a", "b", "c"});
  relayed(3);
  log_.clock.advance(hours(23));
  EXPECT_EQ(trim(), "0");
  log_.clock.advance(hours(1));
  EXPECT_EQ(trim(), "3");
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(outcomes(), 0);
}

}  // namespace
}  // namespace causeway::events
