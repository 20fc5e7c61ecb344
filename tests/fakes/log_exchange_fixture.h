// Exchanges on a log in a real store, in a folder of the test's own.
#pragma once

#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "events/event_log.h"
#include "fakes/exchange_fixture.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"

namespace causeway::fakes {

class LogExchangeFixture : public ExchangeFixture {
 protected:
  /// `more`: tables beside the log's.
  explicit LogExchangeFixture(std::initializer_list<const store::Schema*> more = {}) {
    std::vector<const store::Schema*> schemas{&events::kEventSchema};
    schemas.insert(schemas.end(), more);
    EXPECT_EQ(sqlite.open(schemas), "");
  }

  static events::TopicSettings topic_settings(const std::string& name, const std::string& key = "",
                                              events::EventShape shape = events::EventShape::kNested) {
    events::TopicSettings settings;
    settings.name.value = name;
    settings.key.value = key;
    settings.shape = shape;
    settings.shards = 4;
    return settings;
  }
  std::shared_ptr<const events::Topic> topic(const events::TopicSettings& settings) {
    return events::TopicTable({settings}, metrics).find(*settings.name);
  }

  /// From now on the store takes nothing that is new.
  void fill_disk() {
    free_space = 0;
    advance(std::chrono::seconds(2));
  }

  events::FindEvent find(const std::string& topic, const std::string& event_id) {
    events::FindEvent find;
    find.topic = topic;
    find.event_id = event_id;
    EXPECT_TRUE(sqlite.query_blocking(find).ok());
    return find;
  }
  /// `source | key | type | body | headers`, or nothing; the caller's trace as `<trace>`.
  std::string stored(const std::string& topic, const std::string& event_id, Call& by) {
    const events::FindEvent found = find(topic, event_id);
    if (!found.found) return "";
    const events::StoredEvent& event = found.event;
    std::string text =
        event.source + " | " + event.key + " | " + event.type + " | " + event.body + " | " + event.headers;
    const std::string_view trace = by.exchange.trace.traceparent();
    if (const std::size_t at = text.find(trace); at != std::string::npos) text.replace(at, trace.size(), "<trace>");
    return text;
  }
  /// How many events there are in a topic of four shards.
  std::int64_t stored_count(const std::string& topic) {
    std::int64_t count = 0;
    for (std::uint32_t shard = 0; shard < 4; ++shard) {
      events::ReadShard read;
      read.topic = topic;
      read.shard = shard;
      EXPECT_TRUE(sqlite.query_blocking(read).ok());
      count += static_cast<std::int64_t>(read.events.size());
    }
    return count;
  }

  TemporaryFolder folder;
  std::atomic<std::uint64_t> free_space{1u << 30};
  std::ostringstream written;
  telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  store::SqliteStore sqlite{store_settings(), clock, metrics, lines, [this] { return free_space.load(); }};
  events::EventLog event_log{sqlite, clock, metrics};

 private:
  store::StoreSettings store_settings() const {
    store::StoreSettings settings;
    settings.sqlite.path = folder / "causeway.db";
    settings.sqlite.min_free = ByteSize{1u << 20};
    return settings;
  }
};

}  // namespace causeway::fakes
