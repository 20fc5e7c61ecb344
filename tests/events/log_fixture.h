// A log on a real store in a folder of the test's own, with the subscriptions' table of cursors.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <filesystem>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "events/event_log.h"
#include "events/register_topics.h"
#include "fakes/manual_clock.h"
#include "fakes/run_task.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"

namespace causeway::events {

using fakes::TemporaryFolder;

/// One statement or question as a change or a query.
template <class Base, class F>
class Do final : public Base {
 public:
  explicit Do(F work) : work_(std::move(work)) {}
  Result<> apply(store::Session& session) { return work_(session); }
  Result<> run(store::Session& session) { return work_(session); }

 private:
  F work_;
};

inline constexpr store::Migration kCursorMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE cursor (grp TEXT, topic TEXT, shard INTEGER, low_pos INTEGER, PRIMARY KEY (grp, topic, shard))"}};
inline constexpr store::Schema kCursors{"cursors", kCursorMigrations};

inline TopicSettings topic_settings(std::string name, std::uint32_t shards = 4,
                                    Duration retention = std::chrono::hours(24 * 7)) {
  TopicSettings settings;
  settings.name.value = std::move(name);
  settings.shards = shards;
  settings.retention = retention;
  return settings;
}

inline std::string text_of(const Result<>& result) {
  if (result.ok()) return "ok";
  const ErrorInfo* const info = result.error().info_if();
  return std::to_string(number(result.error().code())) + ' ' + (info ? info->internal : "");
}

/// The hash stands for the body; tests that need another say so.
inline EventDraft draft(std::string id, std::string key = {}, std::string body = "{}") {
  EventDraft draft;
  draft.event_id = std::move(id);
  draft.type = "ORDER_CREATED";
  draft.key = std::move(key);
  draft.timestamp = 1706518800000;
  draft.body = std::move(body);
  draft.headers = R"({"traceparent":"00-1-2-01"})";
  draft.hash = std::string(31, '\0') + std::to_string(draft.body.size() % 10);
  return draft;
}

/// `1:7` for shard 1, position 7; `1:7 duplicate`, `conflict`.
inline std::string text_of(const Receipt& receipt) {
  if (receipt.conflict) return "conflict";
  return std::to_string(receipt.shard) + ':' + std::to_string(receipt.position) +
         (receipt.duplicate ? " duplicate" : "");
}

inline std::vector<std::string> text_of(const std::vector<Receipt>& receipts) {
  std::vector<std::string> all;
  for (const Receipt& receipt : receipts) all.push_back(text_of(receipt));
  return all;
}

class OpenLog {
 public:
  explicit OpenLog(const std::string& database) : sqlite(settings(database), clock, metrics, lines) {
    const store::Schema* const schemas[] = {&kEventSchema, &kCursors};
    EXPECT_EQ(sqlite.open(schemas), "");
  }

  static store::StoreSettings settings(const std::string& database) {
    store::StoreSettings settings;
    settings.sqlite.path = database;
    settings.sqlite.min_free = ByteSize{0};
    return settings;
  }

  template <class F>
  Result<> change(F work) {
    Do<store::Change, F> change(std::move(work));
    return sqlite.commit_blocking(change);
  }
  template <class F>
  void ask(F work) {
    Do<store::Query, F> query(std::move(work));
    EXPECT_EQ(text_of(sqlite.query_blocking(query)), "ok");
  }

  std::shared_ptr<const TopicTable> topics(const std::vector<TopicSettings>& settings) {
    return std::make_shared<const TopicTable>(settings, metrics);
  }
  Result<> register_topics(const std::vector<TopicSettings>& settings) {
    RegisterTopics change(topics(settings));
    return sqlite.commit_blocking(change);
  }

  std::shared_ptr<const Topic> topic(const TopicSettings& settings) { return topics({settings})->find(*settings.name); }
  /// What became of it: receipts in text form, or the error.
  std::vector<std::string> append(const std::shared_ptr<const Topic>& topic, std::vector<EventDraft> drafts,
                                  std::string source = "oms") {
    Append append(topic, std::move(source), std::move(drafts), clock.wall(), log.signal());
    const Result<> result = sqlite.commit_blocking(append);
    std::vector<std::string> receipts = text_of(append.receipts());
    if (!result) receipts.insert(receipts.begin(), text_of(result));
    return receipts;
  }

  std::vector<StoredEvent> read(std::string topic, std::uint32_t shard, Position after = 0, std::size_t limit = 256,
                                std::size_t max_bytes = 1 << 20) {
    ReadShard read;
    read.topic = std::move(topic);
    read.shard = shard;
    read.after = after;
    read.limit = limit;
    read.max_bytes = max_bytes;
    EXPECT_EQ(text_of(sqlite.query_blocking(read)), "ok");
    return std::move(read.events);
  }
  std::vector<std::string> ids(std::string topic, std::uint32_t shard, Position after = 0, std::size_t limit = 256,
                               std::size_t max_bytes = 1 << 20) {
    std::vector<std::string> all;
    for (const StoredEvent& event : read(std::move(topic), shard, after, limit, max_bytes))
      all.push_back(std::to_string(event.position) + ' ' + event.event_id);
    return all;
  }
  FindEvent find(std::string topic, std::string event_id) {
    FindEvent find;
    find.topic = std::move(topic);
    find.event_id = std::move(event_id);
    EXPECT_EQ(text_of(sqlite.query_blocking(find)), "ok");
    return find;
  }

  /// How far a group has finished a shard.
  void set_cursor(std::string_view group, std::string_view topic, std::uint32_t shard, Position low) {
    static const store::Sql kSet{
        "INSERT INTO cursor (grp, topic, shard, low_pos) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (grp, topic, shard) DO UPDATE SET low_pos = excluded.low_pos"};
    const Result<> result = change([&](store::Session& session) -> Result<> {
      session.run(kSet, group, topic, shard, low);
      return {};
    });
    EXPECT_EQ(text_of(result), "ok");
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  std::ostringstream written;
  telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  store::SqliteStore sqlite;
  EventLog log{sqlite, clock, metrics};
};

/// For most tests: one folder, one open log.
class LogTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  OpenLog log_{folder_.database()};
};

}  // namespace causeway::events
