#include "alerts/alert_table.h"

#include <limits>

namespace causeway::alerts {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

constexpr store::Migration kMigrations[] = {
    {1, store::Migration::Kind::kAdditive,
     "CREATE TABLE alert(id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL, state TEXT NOT NULL, "
     "since INTEGER NOT NULL, updated_at INTEGER NOT NULL, message TEXT NOT NULL, notified_at INTEGER, "
     "UNIQUE (name, labels));"
     "CREATE INDEX alert_since ON alert(since, id)"},
};

// One that fires already keeps its `since`, and that people were told.
const Sql kFire{
    "INSERT INTO alert(name, labels, state, since, updated_at, message) VALUES (?1, ?2, 'firing', ?3, ?4, ?5) "
    "ON CONFLICT (name, labels) DO UPDATE SET "
    "notified_at = CASE WHEN state = 'firing' THEN notified_at END, state = 'firing', "
    "since = excluded.since, updated_at = excluded.updated_at, message = excluded.message"};
const Sql kResolve{
    "UPDATE alert SET state = 'resolved', updated_at = ?3 WHERE name = ?1 AND labels = ?2 AND state = 'firing'"};
const Sql kForget{"DELETE FROM alert WHERE state = 'resolved' AND updated_at < ?1"};
const Sql kFiring{
    "SELECT id, name, labels, state, since, updated_at, message, notified_at FROM alert WHERE state = 'firing'"};
const Sql kPage{
    "SELECT id, name, labels, state, since, updated_at, message, notified_at FROM alert "
    "WHERE (since, id) < (?1, ?2) AND (?3 = '' OR state = ?3) AND (?4 = '' OR name = ?4) "
    "ORDER BY since DESC, id DESC LIMIT ?5"};

Alert read(const Rows& rows) {
  Alert alert;
  alert.id = rows.integer(0);
  alert.name = rows.text(1);
  alert.labels = rows.text(2);
  alert.firing = rows.text(3) == "firing";
  alert.since = rows.integer(4);
  alert.updated_at = rows.integer(5);
  alert.message = rows.text(6);
  if (!rows.is_null(7)) alert.notified_at = rows.integer(7);
  return alert;
}

}  // namespace

const store::Schema kAlertSchema{"alerts", kMigrations};

namespace tables {

void fire(Session& session, std::string_view name, std::string_view labels, std::int64_t since, std::int64_t updated_at,
          std::string_view message) {
  session.run(kFire, name, labels, since, updated_at, message);
}

void resolve(Session& session, std::string_view name, std::string_view labels, std::int64_t at) {
  session.run(kResolve, name, labels, at);
}

void forget_resolved(Session& session, std::int64_t before) { session.run(kForget, before); }

}  // namespace tables

Result<> ReadFiring::run(Session& session) {
  alerts.clear();
  for (Rows rows = session.query(kFiring); rows.next();) alerts.push_back(read(rows));
  return {};
}

Result<> ReadAlerts::run(Session& session) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  alerts.clear();
  const Place from = after.value_or(Place{kLast, kLast});
  const std::string_view state = !firing ? "" : *firing ? "firing" : "resolved";
  for (Rows rows = session.query(kPage, from.since, from.id, state, name, limit); rows.next();)
    alerts.push_back(read(rows));
  return {};
}

}  // namespace causeway::alerts
