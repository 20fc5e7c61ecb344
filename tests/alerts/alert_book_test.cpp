#include "alerts/alert_book.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "fakes/manual_clock.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"

namespace causeway::alerts {
namespace {

class AlertBookTest : public ::testing::Test {
 protected:
  /// Another process on the same folder, with a store that takes everything or nothing.
  struct Process {
    explicit Process(AlertBookTest& test, bool store = true)
        : lines(std::make_shared<spdlog::sinks::ostream_sink_mt>(test.written), {}, test.clock, metrics),
          sqlite(settings(test.folder), test.clock, metrics, lines, [] { return std::uint64_t{1} << 40; }),
          book(sqlite, test.clock, metrics, lines) {
      const store::Schema* const schemas[] = {&kAlertSchema};
      if (!store) return;
      EXPECT_EQ(sqlite.open(schemas), "");
      EXPECT_TRUE(book.open().ok());
    }
    ~Process() { sqlite.stop(); }

    static store::StoreSettings settings(const fakes::TemporaryFolder& folder) {
      store::StoreSettings settings;
      settings.sqlite.path = folder.database();
      return settings;
    }

    telemetry::Metrics metrics;
    telemetry::LogThread lines;
    store::SqliteStore sqlite;
    AlertBook book;
  };

  /// `version_sunset {"api":"orders"} firing 0 0 message` a line: times in seconds since the test began.
  std::string rows(Process& process, ReadAlerts read = {}) {
    settle(process);
    EXPECT_TRUE(process.sqlite.query_blocking(read).ok());
    std::string text;
    for (const Alert& alert : read.alerts)
      text += alert.name + ' ' + alert.labels + (alert.firing ? " firing " : " resolved ") + since(alert.since) + ' ' +
              since(alert.updated_at) + ' ' + alert.message + (alert.notified_at ? " told\n" : "\n");
    return text;
  }
  std::string since(std::int64_t at) const { return std::to_string((at - began) / 1000); }
  /// What was given to the writer before is written.
  static void settle(Process& process) {
    class Nothing final : public store::Change {
      Kind kind() const override { return Kind::kUpkeep; }
      Result<> apply(store::Session&) override { return {}; }
    } nothing;
    EXPECT_TRUE(process.sqlite.commit_blocking(nothing).ok());
  }
  std::string logged(Process& process) {
    process.lines.drain();
    std::string text;
    std::istringstream stream(written.str());
    for (std::string line; std::getline(stream, line);) text += line.substr(line.find(' ') + 1) + '\n';
    written.str("");
    return text;
  }
  static std::string gauge(const Process& process) {
    std::string text;
    std::istringstream stream(process.metrics.text());
    for (std::string line; std::getline(stream, line);)
      if (line.starts_with("causeway_alerts_firing")) text += line + '\n';
    return text;
  }

  fakes::ManualClock clock;
  const std::int64_t began = unix_milliseconds(clock.wall());
  fakes::TemporaryFolder folder;
  std::ostringstream written;
  const telemetry::Labels oms{{"version", "v1"}, {"api", "orders"}};
  const std::string oms_json = R"({"api":"orders","version":"v1"})";
};

TEST_F(AlertBookTest, OneThatHoldsIsRaisedOnce) {
  Process process(*this);
  process.book.raise("version_sunset", oms, "oms still calls");
  clock.advance(std::chrono::seconds(5));
  process.book.raise("version_sunset", oms, "oms still calls");
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " firing 0 0 oms still calls\n");
  EXPECT_EQ(logged(process), "WARN alert | name=version_sunset | labels=" + oms_json + " | message=oms still calls\n");
  EXPECT_EQ(gauge(process), "causeway_alerts_firing{name=\"version_sunset\"} 1\n");
  EXPECT_EQ(process.book.firing("version_sunset"),
            (std::vector<telemetry::Labels>{{{"api", "orders"}, {"version", "v1"}}}));
  EXPECT_TRUE(process.book.firing("other").empty());
}

TEST_F(AlertBookTest, OneThatEndsIsKeptAsResolved) {
  Process process(*this);
  process.book.raise("version_sunset", oms, "oms still calls");
  logged(process);
  clock.advance(std::chrono::seconds(60));
  process.book.resolve("version_sunset", oms);
  process.book.resolve("version_sunset", oms);
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " resolved 0 60 oms still calls\n");
  EXPECT_EQ(logged(process), "INFO alert resolved | name=version_sunset | labels=" + oms_json + "\n");
  EXPECT_EQ(gauge(process), "causeway_alerts_firing{name=\"version_sunset\"} 0\n");
}

TEST_F(AlertBookTest, ANewMessageReplacesTheOldOne) {
  Process process(*this);
  process.book.raise("version_sunset", oms, "contact: a");
  logged(process);
  clock.advance(std::chrono::seconds(5));
  process.book.raise("version_sunset", oms, "contact: b");
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " firing 0 5 contact: b\n");
  EXPECT_EQ(logged(process), "") << "it fires since before";
}

TEST_F(AlertBookTest, WhatFiredBeforeARestartFiresAfterIt) {
  {
    Process process(*this);
    process.book.raise("version_sunset", oms, "oms still calls");
  }
  clock.advance(std::chrono::seconds(30));
  Process process(*this);
  logged(process);
  process.book.raise("version_sunset", oms, "oms still calls");
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " firing 0 0 oms still calls\n");
  EXPECT_EQ(logged(process), "");
  EXPECT_EQ(gauge(process), "causeway_alerts_firing{name=\"version_sunset\"} 1\n");
  process.book.resolve("version_sunset", oms);
  process.book.raise("version_sunset", oms, "oms still calls");
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " firing 30 30 oms still calls\n");
}

TEST_F(AlertBookTest, WhatIsResolvedIsForgottenAfterAWhile) {
  Process process(*this);
  process.book.raise("version_sunset", oms, "oms still calls");
  process.book.resolve("version_sunset", oms);
  rows(process);
  clock.advance(tables::kMemory + std::chrono::seconds(1));
  process.book.raise("store_full", {}, "no space");
  const std::string now = since(unix_milliseconds(clock.wall()));
  EXPECT_EQ(rows(process), "store_full {} firing " + now + ' ' + now + " no space\n");
}

TEST_F(AlertBookTest, WithoutAStoreAlertsLiveInTheProcess) {
  Process process(*this, false);
  process.book.raise("version_sunset", oms, "oms still calls");
  EXPECT_EQ(process.book.firing("version_sunset").size(), 1u);
  process.book.resolve("version_sunset", oms);
  EXPECT_TRUE(process.book.firing("version_sunset").empty());
}

TEST_F(AlertBookTest, WithoutAStoreTheListIsWhatLivesInTheProcess) {
  Process process(*this, false);
  for (const char* name : {"a", "b", "c"}) {
    process.book.raise(name, oms, "message");
    clock.advance(std::chrono::seconds(1));
  }
  process.book.resolve("b", oms);
  const auto page = [&](ReadAlerts read) {
    EXPECT_TRUE(process.book.list(read).ok());
    std::string text;
    for (const Alert& alert : read.alerts)
      text += alert.name + ' ' + alert.labels + (alert.firing ? " firing " : " resolved ") + since(alert.since) + ' ' +
              since(alert.updated_at) + ' ' + alert.message + '\n';
    return text;
  };
  const std::string a = "a " + oms_json + " firing 0 0 message\n";
  const std::string b = "b " + oms_json + " resolved 1 3 message\n";
  const std::string c = "c " + oms_json + " firing 2 2 message\n";
  EXPECT_EQ(page({}), c + b + a);
  ReadAlerts read;
  read.firing = true;
  EXPECT_EQ(page(read), c + a);
  read.firing = false;
  EXPECT_EQ(page(read), b);
  read.firing.reset();
  read.name = "a";
  EXPECT_EQ(page(read), a);
  read.name.clear();
  read.limit = 2;
  ASSERT_EQ(page(read), c + b);
  ASSERT_TRUE(process.book.list(read).ok());
  read.after = ReadAlerts::Place{read.alerts.back().since, read.alerts.back().id};
  EXPECT_EQ(page(read), a);
}

TEST_F(AlertBookTest, WhatTheStoreRefusedIsOfferedAgain) {
  Process process(*this, false);
  process.book.raise("version_sunset", oms, "oms still calls");
  const store::Schema* const schemas[] = {&kAlertSchema};
  ASSERT_EQ(process.sqlite.open(schemas), "");
  ASSERT_TRUE(process.book.open().ok());
  EXPECT_EQ(rows(process), "version_sunset " + oms_json + " firing 0 0 oms still calls\n");
}

TEST_F(AlertBookTest, PagesAreInTheOrderOfRaising) {
  Process process(*this);
  for (const char* name : {"a", "b", "c"}) {
    process.book.raise(name, {}, "");
    clock.advance(std::chrono::seconds(1));
  }
  process.book.resolve("b", {});
  const auto page = [&](ReadAlerts read) { return rows(process, std::move(read)); };
  ReadAlerts first;
  first.limit = 2;
  EXPECT_EQ(page(first), "c {} firing 2 2 \nb {} resolved 1 3 \n");
  ReadAlerts second;
  second.after = ReadAlerts::Place{began + 1000, 2};
  EXPECT_EQ(page(second), "a {} firing 0 0 \n");
  ReadAlerts firing;
  firing.firing = true;
  EXPECT_EQ(page(firing), "c {} firing 2 2 \na {} firing 0 0 \n");
  ReadAlerts named;
  named.name = "b";
  EXPECT_EQ(page(named), "b {} resolved 1 3 \n");
}

}  // namespace
}  // namespace causeway::alerts
