#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

using store::Blob;
using store::Rows;
using store::Session;
using store::Sql;

const Sql kMoveCursor{"UPDATE cursor SET low_pos = ?4 WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND low_pos < ?4"};
const Sql kPause{"UPDATE cursor SET paused_by = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kPauseStart{"UPDATE group_start SET paused_by = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kOneCursor{"SELECT low_pos, start_pos FROM cursor WHERE grp = ?1 AND topic = ?2 AND shard = ?3"};
const Sql kOnBus{
    "SELECT 1 FROM cursor WHERE grp = ?1 AND topic = ?2 AND carrier <> 'log' UNION ALL "
    "SELECT 1 FROM group_start WHERE grp = ?1 AND topic = ?2 LIMIT 1"};
const Sql kSee{
    "INSERT INTO seen_pos (grp, topic, partition, store_id, shard, pos) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (grp, topic, partition, store_id, shard) DO UPDATE SET pos = ?6 WHERE seen_pos.pos < ?6"};

const Sql kOfKey{
    "SELECT shard, pos, state, attempts, next_at, since, event_id, key, type, stored_at FROM delivery "
    "WHERE grp = ?1 AND topic = ?2 AND key = ?3 AND shard = ?4 AND state IN ('retrying', 'held') ORDER BY pos LIMIT "
    "?5"};
const Sql kAtPlace{
    "SELECT shard, pos, state, attempts, next_at, since, event_id, key, type, stored_at FROM delivery "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4 AND state IN ('retrying', 'held')"};
const Sql kRead{
    "SELECT event_id, key, type, stored_at, headers, body, since, sent, frozen OR attempts > 0 FROM delivery "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kInsert{
    "INSERT INTO delivery (grp, topic, shard, pos, state, attempts, next_at, since, died_at, stored_at, reason, "
    "event_id, key, type, headers, body, sent, frozen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
    "?13, ?14, ?15, ?16, nullif(?17, x''), ?18) "
    "ON CONFLICT DO NOTHING"};
const Sql kUpdate{
    "UPDATE delivery SET state = ?5, attempts = ?6, next_at = ?7, since = ?8, died_at = ?9, reason = ?10 "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kFreeze{
    "UPDATE delivery SET sent = nullif(?5, x''), frozen = 1 WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kFinish{"DELETE FROM delivery WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kForgetAttempts{"DELETE FROM attempt WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kAttempt{
    "INSERT INTO attempt (grp, topic, shard, pos, n, at, status, took, error, body_start, code, message, details) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
    "ON CONFLICT DO UPDATE SET at = ?6, status = ?7, took = ?8, error = ?9, body_start = ?10, code = ?11, "
    "message = ?12, details = ?13"};
const Sql kLost{
    "SELECT 1 FROM lost WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND from_pos <= ?4 AND to_pos >= ?4 LIMIT 1"};
const Sql kSeen{
    "SELECT pos FROM seen_pos WHERE grp = ?1 AND topic = ?2 AND partition = ?3 AND store_id = ?4 AND shard = ?5"};
const Sql kStateOf{"SELECT state, attempts FROM delivery WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};

const Sql kCopy{
    "SELECT shard, pos, key, type, stored_at, headers, body FROM delivery WHERE topic = ?1 AND event_id = ?2 LIMIT 1"};

Place place_of(const Rows& rows) { return {static_cast<std::uint32_t>(rows.integer(0)), rows.integer(1)}; }

LoadedRow loaded_row(const Rows& rows) {
  LoadedRow row;
  row.place = place_of(rows);
  row.state = state_of(rows.text(2));
  row.attempts = static_cast<std::uint32_t>(rows.integer(3));
  row.next_at = rows.integer(4);
  row.since = rows.integer(5);
  row.event.event_id = rows.text(6);
  row.event.key = rows.text(7);
  row.event.type = rows.text(8);
  row.event.stored_at = rows.integer(9);
  return row;
}

void write(Session& session, const GroupId& id, const RowChange& row) {
  const auto [shard, position] = row.place;
  switch (row.kind) {
    case RowChange::Kind::kInsert:
      session.run(kInsert, id.group, id.topic, shard, position, name_of(row.state), row.attempts, row.next_at,
                  row.since, row.died_at, row.event.stored_at, row.reason, row.event.event_id, row.event.key,
                  row.event.type, row.event.headers, Blob{row.event.body}, Blob{row.event.sent}, row.event.frozen);
      return;
    case RowChange::Kind::kUpdate:
      session.run(kUpdate, id.group, id.topic, shard, position, name_of(row.state), row.attempts, row.next_at,
                  row.since, row.died_at, row.reason);
      return;
    case RowChange::Kind::kFreeze:
      session.run(kFreeze, id.group, id.topic, shard, position, Blob{row.event.sent});
      return;
    case RowChange::Kind::kAttempt:
      session.run(kAttempt, id.group, id.topic, shard, position, row.attempts, row.attempt.at, row.attempt.status,
                  row.attempt.took_ms, row.attempt.error, Blob{row.attempt.body}, row.attempt.code, row.attempt.message,
                  row.attempt.details);
      return;
    case RowChange::Kind::kFinish:
      session.run(kFinish, id.group, id.topic, shard, position);
      session.run(kForgetAttempts, id.group, id.topic, shard, position);
      return;
  }
}

}  // namespace

std::string_view name_of(RowState state) {
  switch (state) {
    case RowState::kRetrying:
      return "retrying";
    case RowState::kHeld:
      return "held";
    case RowState::kDead:
      return "dead";
    case RowState::kDiscarded:
      break;
  }
  return "discarded";
}

RowState state_of(std::string_view name) {
  for (const RowState state : {RowState::kRetrying, RowState::kHeld, RowState::kDead})
    if (name_of(state) == name) return state;
  return RowState::kDiscarded;
}

Result<> LoadRows::run(Session& session) {
  rows.clear();
  const bool one = request.position > 0;
  Rows found = one ? session.query(kAtPlace, id.group, id.topic, request.shard, request.position)
                   : session.query(kOfKey, id.group, id.topic, request.key, request.shard, Dispatcher::kLoad);
  while (found.next()) rows.push_back(loaded_row(found));
  return {};
}

Result<> ReadDelivery::run(Session& session) {
  Rows row = session.query(kRead, id.group, id.topic, place.shard, place.position);
  found = row.next();
  if (!found) return {};
  event = {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), row.integer(3),
           std::string(row.text(4)), std::string(row.blob(5)), std::string(row.blob(7)), row.integer(8) != 0};
  since = row.integer(6);
  return {};
}

Result<> Settle::apply(Session& session) {
  for (const RowChange& row : settlement_.rows) write(session, id_, row);
  for (const CursorMove& move : settlement_.cursors)
    session.run(kMoveCursor, id_.group, id_.topic, move.shard, move.low);
  for (const SeenMark& mark : settlement_.seen)
    session.run(kSee, id_.group, id_.topic, mark.lane, mark.store_id, mark.shard, mark.position);
  if (settlement_.pause) session.run(kPause, id_.group, id_.topic, "dead_letters");
  return {};
}

Result<> SetPaused::apply(Session& session) {
  session.run(kPause, id_.group, id_.topic, paused_by_);
  session.run(kPauseStart, id_.group, id_.topic, paused_by_);
  return {};
}

namespace {

// Of a place at or below the group's cursor. In a topic that was made anew there is something else at that place now:
// what a group has had of a store's shard it has had up to a position of that. (Without one nobody knows: a store that
// was restored has another id.)
bool was_lost(Session& session, const GroupId& id, Place place, const Origin* origin) {
  if (session.query(kLost, id.group, id.topic, place.shard, place.position).next()) return true;
  if (origin == nullptr) return false;
  Rows seen = session.query(kSeen, id.group, id.topic, place.shard, origin->store_id, origin->shard);
  return seen.next() && seen.integer(0) < origin->position;
}

}  // namespace

std::pair<std::string_view, std::uint32_t> delivery_state(Session& session, const GroupId& id, Place place,
                                                          const Origin* origin) {
  const auto pending_on_bus = [&]() -> std::pair<std::string_view, std::uint32_t> {
    const bool on_bus = session.query(kOnBus, id.group, id.topic).next();
    return {on_bus ? "pending" : "", 0};
  };
  if (place.position == 0) return pending_on_bus();
  Rows cursor = session.query(kOneCursor, id.group, id.topic, place.shard);
  if (!cursor.next()) return pending_on_bus();  // a lane that it has not begun yet
  if (place.position <= cursor.integer(1)) return {};
  if (Rows row = session.query(kStateOf, id.group, id.topic, place.shard, place.position); row.next())
    return {name_of(state_of(row.text(0))), static_cast<std::uint32_t>(row.integer(1))};
  if (place.position > cursor.integer(0)) return {"pending", 0};
  return {was_lost(session, id, place, origin) ? "lost" : "delivered", 0};
}

void find_copy(Session& session, FindEvent& find) {
  Rows row = session.query(kCopy, find.topic, find.event_id);
  find.found = row.next();
  if (!find.found) return;
  find.shard = place_of(row).shard;
  find.event.position = place_of(row).position;
  find.event.event_id = find.event_id;
  find.event.key = row.text(2);
  find.event.type = row.text(3);
  find.event.stored_at = row.integer(4);
  find.event.headers = row.text(5);
  find.event.body = row.blob(6);
}

}  // namespace causeway::events
