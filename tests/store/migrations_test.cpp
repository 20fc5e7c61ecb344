#include "store/migrations.h"

#include <gtest/gtest.h>

#include "store_fixture.h"

namespace causeway::store {
namespace {

using Kind = Migration::Kind;

const Migration kOne[] = {{1, Kind::kAdditive, "CREATE TABLE a(n); CREATE TABLE b(n)"}};
const Migration kTwo[] = {kOne[0], {2, Kind::kAdditive, "ALTER TABLE a ADD COLUMN m; INSERT INTO b VALUES (2)"}};
const Migration kThree[] = {kTwo[0], kTwo[1], {3, Kind::kBreaking, "ALTER TABLE a RENAME TO c"}};
const Migration kBroken[] = {kOne[0], {2, Kind::kAdditive, "INSERT INTO b VALUES (2)"}, {3, Kind::kAdditive, "NO"}};
const Schema kFirst{"thing", kOne};
const Schema kSecond{"thing", kTwo};
const Schema kThird{"thing", kThree};
const Schema kFailing{"thing", kBroken};

class MigrationsTest : public ::testing::Test {
 protected:
  /// Opens a store with these tables, and ends it again.
  std::string open(std::vector<const Schema*> schemas) {
    Surroundings around;
    SqliteStore store(settings_for(path), around.clock, around.metrics, around.log);
    return store.open(schemas);
  }
  /// The first column of all rows, in one line.
  std::string ask(const char* text, const std::string& file) const {
    const Sql sql{text};
    Connection connection(file, Connection::Use::kReadWrite);  // which takes its WAL away at its end
    std::string all;
    Rows rows = connection.session().query(sql);
    while (rows.next()) all += std::string(rows.text(0)) + ' ';
    return all;
  }
  std::string ask(const char* text) const { return ask(text, path); }
  std::string files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    std::string all;
    for (const std::string& name : names) all += name + ' ';
    return all;
  }

  TemporaryFolder folder;
  const std::string path = folder / "a.db";
};

constexpr const char* kApplied = "SELECT feature || ':' || number || ':' || kind FROM migration ORDER BY 1";

TEST_F(MigrationsTest, AFreshFileGetsEverythingAndNoCopyIsMade) {
  EXPECT_EQ(open({&kThird, &kNumbers}), "");
  EXPECT_EQ(ask(kApplied), "numbers:1:additive thing:1:additive thing:2:additive thing:3:breaking ");
  EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"), "b c meta migration number ");
  EXPECT_EQ(files(), "a.db a.db.ballast a.db.lock ");
}

TEST_F(MigrationsTest, AnUpgradeAppliesWhatIsMissingAndKeepsACopyFromBefore) {
  EXPECT_EQ(open({&kFirst}), "");
  EXPECT_EQ(open({&kThird}), "");
  EXPECT_EQ(ask(kApplied), "thing:1:additive thing:2:additive thing:3:breaking ");
  EXPECT_EQ(ask("SELECT n FROM b"), "2 ");
  EXPECT_EQ(files(), "a.db a.db.ballast a.db.before-thing-2 a.db.lock ");
  EXPECT_EQ(ask(kApplied, path + ".before-thing-2"), "thing:1:additive ");
  EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1", path + ".before-thing-2"),
            "a b meta migration ");
  EXPECT_EQ(std::filesystem::status(path + ".before-thing-2").permissions(), std::filesystem::perms(0600));
}

TEST_F(MigrationsTest, ACopyOfAnEarlierTryIsReplaced) {
  EXPECT_EQ(open({&kFirst}), "");
  std::ofstream(path + ".before-thing-2") << "old";
  std::ofstream(path + ".before-thing-2.partial") << "half";
  EXPECT_EQ(open({&kSecond}), "");
  EXPECT_EQ(ask(kApplied, path + ".before-thing-2"), "thing:1:additive ");
  EXPECT_EQ(files(), "a.db a.db.ballast a.db.before-thing-2 a.db.lock ");
}

TEST_F(MigrationsTest, OpeningAgainChangesNothing) {
  EXPECT_EQ(open({&kSecond}), "");
  EXPECT_EQ(open({&kSecond}), "");
  EXPECT_EQ(ask("SELECT n FROM b"), "2 ");
  EXPECT_EQ(files(), "a.db a.db.ballast a.db.lock ");
}

TEST_F(MigrationsTest, AnOlderBinaryRunsOnAdditiveChanges) {
  EXPECT_EQ(open({&kSecond, &kNumbers}), "");
  EXPECT_EQ(open({&kFirst}), "");  // knows neither the second change nor the other feature
  EXPECT_EQ(ask(kApplied), "numbers:1:additive thing:1:additive thing:2:additive ");
}

TEST_F(MigrationsTest, AnOlderBinaryRefusesABreakingChangeAndTouchesNothing) {
  EXPECT_EQ(open({&kThird}), "");
  EXPECT_EQ(open({&kSecond, &kNumbers}),
            path + ": made by a newer version: its \"thing\" is at 3, this version knows 2 and cannot run on it");
  EXPECT_EQ(open({&kNumbers}),
            path + ": made by a newer version: its \"thing\" is at 3, this version knows 0 and cannot run on it");
  EXPECT_EQ(ask(kApplied), "thing:1:additive thing:2:additive thing:3:breaking ");
}

TEST_F(MigrationsTest, AFeatureIsUpgradedWholeOrNotAtAll) {
  EXPECT_EQ(open({&kFirst}), "");
  EXPECT_EQ(open({&kFailing}), "migration 3 of \"thing\": near \"NO\": syntax error: NO");
  EXPECT_EQ(ask(kApplied), "thing:1:additive ");
  EXPECT_EQ(ask("SELECT n FROM b"), "");
  EXPECT_EQ(open({&kSecond}), "");
}

TEST_F(MigrationsTest, ADatabaseOfAnotherProgramIsLeftAlone) {
  { Connection(path, Connection::Use::kReadWrite).execute("CREATE TABLE theirs(n)"); }
  EXPECT_EQ(open({&kFirst}), path + ": this database belongs to another program");
  EXPECT_EQ(ask("SELECT name FROM sqlite_master"), "theirs ");
  EXPECT_EQ(ask("PRAGMA journal_mode"), "delete ");
}

TEST_F(MigrationsTest, WhatIsNoDatabaseIsLeftAlone) {
  std::ofstream(path) << std::string(5000, 'x');
  EXPECT_EQ(open({&kFirst}).substr(0, path.size() + 25), path + ": file is not a database:");
  EXPECT_EQ(std::filesystem::file_size(path), 5000u);
}

}  // namespace
}  // namespace causeway::store
