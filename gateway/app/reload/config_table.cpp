#include "app/reload/config_table.h"

namespace causeway::app {
namespace {

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE config(version INTEGER PRIMARY KEY, hash TEXT NOT NULL, taken_at INTEGER NOT NULL, author TEXT NOT "
     "NULL, reason TEXT NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL, changed INTEGER NOT NULL, size "
     "INTEGER NOT NULL, diff TEXT NOT NULL, yaml TEXT NOT NULL)"},
};

const store::Sql kNext{"SELECT max(coalesce(max(version), 0), ?1) + 1 FROM config"};
const store::Sql kAdd{
    "INSERT INTO config(version, hash, taken_at, author, reason, added, removed, changed, size, diff, yaml) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
const store::Sql kForget{
    "DELETE FROM config WHERE version <= ?1 - ?2 OR version IN (SELECT version FROM (SELECT version, sum(size) OVER "
    "(ORDER BY version DESC) AS total FROM config) AS sums WHERE total > ?3 AND version <> ?1)"};
const store::Sql kList{
    "SELECT version, hash, taken_at, author, reason, added, removed, changed FROM config WHERE ?1 = 0 OR version < ?1 "
    "ORDER BY version DESC LIMIT ?2"};
const store::Sql kOne{
    "SELECT version, hash, taken_at, author, reason, added, removed, changed, diff, yaml FROM config WHERE version = "
    "?1 OR (?1 = 0 AND version = (SELECT max(version) FROM config))"};

admin::ConfigVersion read(const store::Rows& row) {
  admin::ConfigVersion version;
  version.version = row.integer(0);
  version.hash = row.text(1);
  version.taken_at = row.integer(2);
  version.author = row.text(3);
  version.reason = row.text(4);
  version.added = row.integer(5);
  version.removed = row.integer(6);
  version.changed = row.integer(7);
  return version;
}

}  // namespace

const store::Schema kConfigSchema{"config", kMigrations};

Result<> RecordConfig::apply(store::Session& session) {
  {
    store::Rows next = session.query(kNext, running_);
    next.next();
    version_ = next.integer(0);
  }
  session.run(kAdd, version_, row_.hash, row_.taken_at, row_.author, row_.reason, row_.added, row_.removed,
              row_.changed, row_.diff.size() + row_.yaml.size(), row_.diff, row_.yaml);
  session.run(kForget, version_, kKeptVersions, kKeptBytes);
  return {};
}

Result<> ReadConfigs::run(store::Session& session) {
  rows.clear();
  store::Rows found = session.query(kList, before, limit);
  while (found.next()) rows.push_back(read(found));
  return {};
}

Result<> ReadConfig::run(store::Session& session) {
  row.reset();
  store::Rows found = session.query(kOne, version);
  if (!found.next()) return {};
  row = read(found);
  row->diff = found.text(8);
  row->yaml = found.text(9);
  return {};
}

}  // namespace causeway::app
