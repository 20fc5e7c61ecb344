#include "app/versions/usage_table.h"

#include <limits>

namespace causeway::app {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE version_usage(id INTEGER PRIMARY KEY, api TEXT NOT NULL, version TEXT NOT NULL, "
     "route TEXT NOT NULL, consumer TEXT NOT NULL, day INTEGER NOT NULL, calls INTEGER NOT NULL, "
     "refused INTEGER NOT NULL, last_at INTEGER NOT NULL, UNIQUE (day, api, version, route, consumer));"
     "CREATE TABLE version_life(api TEXT NOT NULL, version TEXT NOT NULL, first_taken INTEGER NOT NULL, "
     "unused_since INTEGER NOT NULL, retired_at INTEGER, PRIMARY KEY (api, version));"
     "CREATE TABLE version_watch(id INTEGER PRIMARY KEY CHECK (id = 1), until INTEGER NOT NULL)"},
};

// A refused call is no use: it does not move `last_at`.
const Sql kAddUsage{
    "INSERT INTO version_usage(api, version, route, consumer, day, calls, refused, last_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (day, api, version, route, consumer) DO UPDATE SET "
    "calls = calls + excluded.calls, refused = refused + excluded.refused, "
    "last_at = CASE WHEN excluded.last_at > last_at THEN excluded.last_at ELSE last_at END"};
const Sql kPutLife{
    "INSERT INTO version_life(api, version, first_taken, unused_since, retired_at) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (api, version) DO UPDATE SET unused_since = excluded.unused_since, retired_at = excluded.retired_at"};
const Sql kDropLife{"DELETE FROM version_life WHERE api = ?1 AND version = ?2"};
const Sql kPutWatched{
    "INSERT INTO version_watch(id, until) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET until = excluded.until"};
const Sql kForget{"DELETE FROM version_usage WHERE day < ?1"};
const Sql kLives{"SELECT api, version, first_taken, unused_since, retired_at FROM version_life"};
const Sql kLastCalls{
    "SELECT api, version, consumer, max(last_at) FROM version_usage WHERE calls > 0 GROUP BY api, version, consumer"};
const Sql kWatched{"SELECT until FROM version_watch"};
const Sql kSum{
    "SELECT api, version, consumer, sum(CASE WHEN day >= ?1 THEN calls ELSE 0 END), "
    "sum(CASE WHEN day >= ?1 THEN refused ELSE 0 END), max(last_at) FROM version_usage "
    "GROUP BY api, version, consumer ORDER BY api, version, max(last_at) DESC, consumer"};
const Sql kPage{
    "SELECT id, api, version, route, consumer, day, calls, refused, last_at FROM version_usage "
    "WHERE id < ?1 AND day >= ?2 AND day <= ?3 AND (?4 = '' OR api = ?4) AND (?5 = '' OR version = ?5) "
    "AND (?6 = '' OR route = ?6) AND (?7 = '' OR consumer = ?7) ORDER BY id DESC LIMIT ?8"};

VersionKey key(const Rows& rows, int first) {
  return {std::string(rows.text(first)), std::string(rows.text(first + 1))};
}

}  // namespace

const store::Schema kVersionSchema{"versions", kMigrations};

namespace tables {

void add_usage(Session& session, const DatedUsage& dated) {
  const Usage& usage = dated.usage;
  session.run(kAddUsage, usage.version.first, usage.version.second, usage.route, usage.consumer, dated.day, usage.calls,
              usage.refused, dated.at);
}

void put_life(Session& session, const VersionLife& life) {
  session.run(kPutLife, life.version.first, life.version.second, life.first_taken, life.unused_since, life.retired_at);
}

void drop_life(Session& session, const VersionKey& version) { session.run(kDropLife, version.first, version.second); }

void put_watched(Session& session, std::int64_t until) { session.run(kPutWatched, until); }

void forget_usage(Session& session, Day before) { session.run(kForget, before); }

}  // namespace tables

Result<> WriteLook::apply(Session& session) {
  for (const DatedUsage& each : usage) tables::add_usage(session, each);
  for (const VersionKey& version : left) tables::drop_life(session, version);
  for (const VersionLife& life : lives) tables::put_life(session, life);
  tables::put_watched(session, unix_milliseconds(now));
  if (forget) tables::forget_usage(session, day_of(now) - static_cast<Day>(kUsageMemory.count()));
  return {};
}

Result<> ReadLives::run(Session& session) {
  lives.clear();
  last_calls.clear();
  watched_until = 0;
  for (Rows rows = session.query(kLives); rows.next();) {
    VersionLife life{key(rows, 0), rows.integer(2), rows.integer(3), std::nullopt};
    if (!rows.is_null(4)) life.retired_at = rows.integer(4);
    lives.push_back(std::move(life));
  }
  for (Rows rows = session.query(kLastCalls); rows.next();)
    last_calls.push_back({key(rows, 0), std::string(rows.text(2)), rows.integer(3)});
  if (Rows rows = session.query(kWatched); rows.next()) watched_until = rows.integer(0);
  return {};
}

Result<> SumUsage::run(Session& session) {
  rows.clear();
  for (Rows found = session.query(kSum, since); found.next();)
    rows.push_back({key(found, 0), std::string(found.text(2)), found.integer(3), found.integer(4), found.integer(5)});
  return {};
}

Result<> ReadUsage::run(Session& session) {
  rows.clear();
  const std::int64_t before = question_.before_id > 0 ? question_.before_id : std::numeric_limits<std::int64_t>::max();
  const auto number = [](std::chrono::sys_days day) { return day.time_since_epoch().count(); };
  Rows found = session.query(kPage, before, number(question_.from), number(question_.to), question_.api,
                             question_.version, question_.route, question_.consumer, question_.limit);
  while (found.next()) {
    admin::UsageRow row;
    row.id = found.integer(0);
    row.api = found.text(1);
    row.version = found.text(2);
    row.route = found.text(3);
    row.consumer = found.text(4);
    row.day = std::chrono::sys_days(std::chrono::days(found.integer(5)));
    row.calls = found.integer(6);
    row.refused = found.integer(7);
    row.last_at = found.integer(8);
    rows.push_back(std::move(row));
  }
  return {};
}

}  // namespace causeway::app
