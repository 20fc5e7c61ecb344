#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "app/reload/configurations.h"
#include "config/yaml.h"
#include "fakes/manual_clock.h"
#include "fakes/temporary_folder.h"
#include "store/sqlite_store.h"

namespace causeway::app {
namespace {

/// A process's memory of its configurations, with a store or without.
class Process {
 public:
  explicit Process(const std::string& database) {
    if (!database.empty()) open(database);
  }

  void open(const std::string& database) {
    store::StoreSettings settings;
    settings.sqlite.path = database;
    sqlite =
        std::make_unique<store::SqliteStore>(settings, clock, metrics, lines, [] { return std::uint64_t{1} << 40; });
    const store::Schema* const schemas[] = {&kConfigSchema};
    EXPECT_EQ(sqlite->open(schemas), "");
    late.open(*sqlite);
  }

  /// As the gateway takes it: true when it is another than the one in force.
  bool take(const std::string& cluster, const std::string& author = "signal") {
    config::Errors errors;
    config::Documents documents;
    documents.main =
        *config::read_yaml("clusters: [{name: " + cluster + ", endpoints: [\"127.0.0.1:9\"]}]", "main.yaml", errors);
    Configurations::Offer offer;
    EXPECT_TRUE(configurations.make_offer(documents, errors.files(), author, "why", offer).ok());
    if (offer.record && sqlite) EXPECT_TRUE(sqlite->commit_blocking(*offer.record).ok());
    const bool fresh = offer.fresh;
    configurations.take(std::move(offer));
    return fresh;
  }
  std::string listed(std::int64_t before = 0, std::size_t limit = 500) const {
    std::string text;
    const auto found = configurations.history(before, limit);
    EXPECT_TRUE(found.ok());
    for (const admin::ConfigVersion& each : *found)
      text += std::to_string(each.version) + ' ' + each.author + " +" + std::to_string(each.added) + " -" +
              std::to_string(each.removed) + '\n';
    return text;
  }

  fakes::ManualClock clock;
  telemetry::Metrics metrics;
  std::ostringstream written;
  telemetry::LogThread lines{std::make_shared<spdlog::sinks::ostream_sink_mt>(written), {}, clock, metrics};
  std::unique_ptr<store::SqliteStore> sqlite;
  LateStore late;
  Configurations configurations{late, clock};
};

class HistoryTest : public ::testing::TestWithParam<bool> {
 protected:
  std::string database() const { return GetParam() ? folder.database() : ""; }
  fakes::TemporaryFolder folder;
};

TEST_P(HistoryTest, EachChangeIsAVersion) {
  Process process(database());
  EXPECT_TRUE(process.take("a", "start"));
  EXPECT_FALSE(process.take("a"));
  EXPECT_TRUE(process.take("b", "olga"));
  EXPECT_EQ(process.listed(), "2 olga +1 -1\n1 start +1 -0\n");
  EXPECT_EQ(process.listed(2), "1 start +1 -0\n");
  EXPECT_EQ(process.listed(0, 1), "2 olga +1 -1\n");
  const auto second = process.configurations.version(2);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->diff, R"({"counts":{"added":1,"removed":1,"changed":0},"added":[{"kind":"cluster","name":"b"}],)"
                          R"("removed":[{"kind":"cluster","name":"a"}],"changed":[]})");
  EXPECT_EQ(second->yaml, "clusters:\n  - name: b\n    endpoints:\n      - \"127.0.0.1:9\"\n");
  EXPECT_EQ(second->hash, process.configurations.current().hash);
  EXPECT_EQ(process.configurations.current().version, 2);
  EXPECT_EQ(process.configurations.version(3).error().code(), Code::kNoSuchThing);
}

TEST_P(HistoryTest, TheLastHundredAreKept) {
  Process process(database());
  for (int i = 1; i <= 103; ++i) EXPECT_TRUE(process.take("c" + std::to_string(i)));
  const auto all = process.configurations.history(0, 500);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 100u);
  EXPECT_EQ(all->front().version, 103);
  EXPECT_EQ(all->back().version, 4);
}

TEST(HistoryOverRestarts, LargeOnesAreForgottenSooner) {
  const fakes::TemporaryFolder folder;
  Process process(folder.database());
  admin::ConfigVersion row;
  row.yaml = std::string(15 << 20, 'x');
  for (int i = 0; i < 6; ++i) {
    RecordConfig record(row, 0);
    ASSERT_TRUE(process.sqlite->commit_blocking(record).ok());
  }
  EXPECT_EQ(process.listed(), "6  +0 -0\n5  +0 -0\n4  +0 -0\n3  +0 -0\n");
  row.yaml = std::string(70 << 20, 'x');
  RecordConfig record(row, 0);
  ASSERT_TRUE(process.sqlite->commit_blocking(record).ok());
  EXPECT_EQ(process.listed(), "7  +0 -0\n");
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAStore, HistoryTest, ::testing::Bool(),
                         [](const auto& which) { return which.param ? "Store" : "Memory"; });

TEST(HistoryOverRestarts, TheSameFilesAreNoNewVersion) {
  const fakes::TemporaryFolder folder;
  {
    Process process(folder.database());
    process.take("a", "start");
    process.take("b", "olga");
  }
  Process process(folder.database());
  EXPECT_FALSE(process.take("b", "start"));
  EXPECT_EQ(process.configurations.current().version, 2);
  EXPECT_EQ(process.configurations.current().author, "olga");
  EXPECT_TRUE(process.take("c"));
  EXPECT_EQ(process.configurations.current().version, 3);
}

TEST(HistoryOverRestarts, AStartWithOtherFilesSaysWhatChanged) {
  const fakes::TemporaryFolder folder;
  Process(folder.database()).take("a", "start");
  Process process(folder.database());
  EXPECT_TRUE(process.take("b", "start"));
  EXPECT_EQ(process.listed(), "2 start +1 -1\n1 start +1 -0\n");
}

TEST(HistoryOverRestarts, AStoreThatComesLaterDoesNotTurnVersionsBack) {
  const fakes::TemporaryFolder folder;
  Process(folder.database()).take("a", "start");
  Process process("");
  for (const char* name : {"a", "b", "c", "d"}) process.take(name);
  EXPECT_EQ(process.configurations.current().version, 4);
  process.open(folder.database());
  EXPECT_TRUE(process.take("e"));
  EXPECT_EQ(process.configurations.current().version, 5);
  EXPECT_EQ(process.listed(), "5 signal +1 -1\n1 start +1 -0\n");
}

TEST(HistoryOverRestarts, AStoreThatCannotBeReadIsNoEmptyOne) {
  const fakes::TemporaryFolder folder;
  Process process(folder.database());
  process.sqlite->stop();
  config::Errors errors;
  Configurations::Offer offer;
  EXPECT_FALSE(process.configurations.make_offer({}, errors.files(), "start", {}, offer).ok());
}

TEST(HistoryOverRestarts, AChangeThatFailsLeavesNoVersion) {
  const fakes::TemporaryFolder folder;
  Process process(folder.database());
  process.take("a", "start");
  admin::ConfigVersion row;
  struct Fails final : store::Change {
    explicit Fails(const admin::ConfigVersion& row) : record(row, 0) {}
    Result<> apply(store::Session& session) override {
      Result<> done = record.apply(session);
      return done ? Error(Code::kConflict) : std::move(done);
    }
    RecordConfig record;
  } fails(row);
  EXPECT_FALSE(process.sqlite->commit_blocking(fails).ok());
  EXPECT_EQ(process.listed(), "1 start +1 -0\n");
}

}  // namespace
}  // namespace causeway::app
