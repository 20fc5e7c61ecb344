#include "store/migrations.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include "store/data_folder.h"

namespace causeway::store {
namespace {

const Sql kCountTables{"SELECT count(*), count(*) FILTER (WHERE name = 'migration') FROM sqlite_master"};
const Sql kApplied{"SELECT feature, number, kind FROM migration ORDER BY feature, number"};
const Sql kNote{"INSERT INTO migration(feature, number, kind, applied_at) VALUES (?1, ?2, ?3, ?4)"};
const Sql kCopy{"VACUUM INTO ?1"};
constexpr const char* kOwnTables =
    "CREATE TABLE IF NOT EXISTS migration(feature TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,"
    " applied_at INTEGER NOT NULL, PRIMARY KEY (feature, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS meta(k TEXT NOT NULL PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID";

struct Applied {
  int number = 0;
  bool breaking = false;
};
using AppliedByFeature = std::map<std::string, std::vector<Applied>, std::less<>>;

struct Upgrade {
  const Schema* schema;
  std::span<const Migration> migrations;
};

std::string_view name_of(Migration::Kind kind) { return kind == Migration::Kind::kBreaking ? "breaking" : "additive"; }

bool holds_something(Connection& connection, const std::string& path) {
  Rows rows = connection.session().query(kCountTables);
  rows.next();
  if (rows.integer(0) > 0 && rows.integer(1) == 0)
    throw std::runtime_error(path + ": this database belongs to another program");
  return rows.integer(0) > 0;
}

AppliedByFeature read_applied(Connection& connection) {
  AppliedByFeature applied;
  Rows rows = connection.session().query(kApplied);
  while (rows.next())
    applied[std::string(rows.text(0))].push_back({static_cast<int>(rows.integer(1)), rows.text(2) == "breaking"});
  return applied;
}

int newest_known(std::string_view feature, std::span<const Schema* const> schemas) {
  for (const Schema* schema : schemas)
    if (schema->feature == feature && !schema->migrations.empty()) return schema->migrations.back().number;
  return 0;
}

void refuse_newer(const AppliedByFeature& applied, std::span<const Schema* const> schemas, const std::string& path) {
  for (const auto& [feature, rows] : applied) {
    const int known = newest_known(feature, schemas);
    for (const Applied& row : rows)
      if (row.number > known && row.breaking)
        throw std::runtime_error(
            fmt::format("{}: made by a newer version: its \"{}\" is at {}, this version knows {} and cannot run on it",
                        path, feature, rows.back().number, known));
  }
}

std::vector<Upgrade> find_pending(const AppliedByFeature& applied, std::span<const Schema* const> schemas) {
  std::vector<Upgrade> pending;
  for (const Schema* schema : schemas) {
    const auto found = applied.find(schema->feature);
    const int newest = found == applied.end() ? 0 : found->second.back().number;
    std::span<const Migration> left = schema->migrations;
    while (!left.empty() && left.front().number <= newest) left = left.subspan(1);
    if (!left.empty()) pending.push_back({schema, left});
  }
  return pending;
}

/// Under another name until it is whole.
void keep_copy(Connection& connection, const std::string& path, const Upgrade& first) {
  const std::string copy = fmt::format("{}.before-{}-{}", path, first.schema->feature, first.migrations.front().number);
  const std::string partial = copy + ".partial";
  const auto fail = [&](const std::string& why) {
    std::remove(partial.c_str());
    throw std::runtime_error(fmt::format("{}: no copy could be made before the upgrade: {}", copy, why));
  };
  std::remove(partial.c_str());
  const int file = ::open(partial.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail(std::strerror(errno));
  try {
    connection.session().run(kCopy, partial);
  } catch (const StoreFailure& failure) {
    ::close(file);
    fail(failure.what());
  }
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  if (!synced || std::rename(partial.c_str(), copy.c_str()) != 0) fail(std::strerror(errno));
  sync_folder(std::filesystem::path(copy).parent_path());
}

void apply(Connection& connection, const Upgrade& pending, WallTime now) {
  connection.execute("BEGIN IMMEDIATE");
  for (const Migration& migration : pending.migrations) {
    try {
      connection.execute(migration.sql);
      connection.session().run(kNote, pending.schema->feature, migration.number, name_of(migration.kind),
                               unix_milliseconds(now));
    } catch (const StoreFailure& failure) {
      connection.roll_back();
      throw std::runtime_error(
          fmt::format("migration {} of \"{}\": {}", migration.number, pending.schema->feature, failure.what()));
    }
  }
  connection.execute("COMMIT");
}

}  // namespace

void migrate(Connection& connection, const std::string& path, std::span<const Schema* const> schemas, WallTime now) {
  const bool existed = holds_something(connection, path);
  AppliedByFeature applied;
  if (existed) applied = read_applied(connection);
  refuse_newer(applied, schemas, path);
  connection.execute("PRAGMA journal_mode = WAL");
  connection.execute(kOwnTables);
  const std::vector<Upgrade> pending = find_pending(applied, schemas);
  if (existed && !pending.empty()) keep_copy(connection, path, pending.front());
  for (const Upgrade& each : pending) apply(connection, each, now);
}

}  // namespace causeway::store
