#include "events/subscription/dead_letter_tables.h"

#include <fmt/format.h>

#include <charconv>

namespace causeway::events {
namespace {

using store::Blob;
using store::Rows;
using store::Session;
using store::Sql;

// The first sixteen columns of a view; `held` counts who waits behind it.
const Sql kList{
    "SELECT shard, pos, state, event_id, type, key, attempts, reason, stored_at, died_at, "
    "(SELECT count(*) FROM delivery AS other WHERE other.grp = ?1 AND other.topic = ?2 AND other.key = delivery.key "
    "AND other.state = 'held' AND delivery.key <> '') FROM delivery "
    "WHERE grp = ?1 AND topic = ?2 AND (shard, pos) > (?3, ?4) AND state = 'dead' AND (?5 = '' OR key = ?5) "
    "ORDER BY shard, pos LIMIT ?6"};
const Sql kShow{
    "SELECT shard, pos, state, event_id, type, key, attempts, reason, stored_at, died_at, "
    "(SELECT count(*) FROM delivery AS other WHERE other.grp = ?1 AND other.topic = ?2 AND other.key = delivery.key "
    "AND other.state = 'held' AND delivery.key <> ''), body, event, sent FROM delivery "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kTried{
    "SELECT n, at, status, took, error, body_start, code, message, details FROM attempt "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4 ORDER BY n"};
const Sql kCount{
    "SELECT count(*) FROM delivery WHERE grp = ?1 AND topic = ?2 AND state = 'dead' AND (?3 = '' OR key = ?3)"};
const Sql kReplay{
    "UPDATE delivery SET state = 'retrying', attempts = 0, next_at = ?5, since = ?5, died_at = 0, reason = '' "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4 AND state = 'dead' RETURNING key"};
const Sql kReplayEdited{
    "UPDATE delivery SET state = 'retrying', attempts = 0, next_at = ?5, since = ?5, died_at = 0, reason = '', "
    "event = coalesce(event, body), event_id = ?6, body = ?7, sent = NULL, frozen = 0, revision = revision + 1 "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4 AND state = 'dead'"};
const Sql kForgetAttempts{"DELETE FROM attempt WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4"};
const Sql kDiscard{
    "UPDATE delivery SET state = 'discarded', reason = ?5 "
    "WHERE grp = ?1 AND topic = ?2 AND shard = ?3 AND pos = ?4 AND state = 'dead' RETURNING key"};

Place place_of(const Rows& rows) { return {static_cast<std::uint32_t>(rows.integer(0)), rows.integer(1)}; }

DeadLetterView view_of(const Rows& rows, const std::string& subscription, const GroupId& id) {
  DeadLetterView view;
  view.id = delivery_id(subscription, place_of(rows));
  view.subscription = subscription;
  view.topic = id.topic;
  view.event_id = rows.text(3);
  view.event_type = rows.text(4);
  view.key = rows.text(5);
  view.attempts = static_cast<int>(rows.integer(6));
  view.reason = rows.text(7);
  view.stored_at = rows.integer(8);
  view.died_at = rows.integer(9);
  view.held_behind = rows.integer(10);
  return view;
}

template <class T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string delivery_id(std::string_view subscription, Place place) {
  return fmt::format("{}:{}:{}", subscription, place.shard, place.position);
}

bool parse_delivery_id(std::string_view id, std::string& subscription, Place& place) {
  const std::size_t second = id.rfind(':');
  if (second == std::string_view::npos || second == 0) return false;
  const std::size_t first = id.rfind(':', second - 1);
  if (first == std::string_view::npos) return false;
  subscription = id.substr(0, first);
  return parse_number(id.substr(first + 1, second - first - 1), place.shard) &&
         parse_number(id.substr(second + 1), place.position);
}

Result<> ListDead::run(Session& session) {
  items.clear();
  places.clear();
  Rows rows = session.query(kList, id.group, id.topic, after.shard, after.position, key, limit);
  while (rows.next()) {
    items.push_back(view_of(rows, subscription, id));
    places.push_back({place_of(rows), items.back().key});
  }
  return {};
}

Result<> CountDead::run(Session& session) {
  Rows rows = session.query(kCount, id.group, id.topic, key);
  count = rows.next() ? rows.integer(0) : 0;
  return {};
}

Result<> ShowDelivery::run(Session& session) {
  Rows rows = session.query(kShow, id.group, id.topic, place.shard, place.position);
  found = rows.next();
  if (!found) return {};
  view = view_of(rows, subscription, id);
  for (const RowState each : {RowState::kRetrying, RowState::kHeld, RowState::kDead, RowState::kDiscarded})
    if (name_of(each) == rows.text(2)) state = each;
  view.body = rows.is_null(13) ? rows.blob(11) : rows.blob(13);
  view.event = rows.is_null(12) ? rows.blob(11) : rows.blob(12);
  for (Rows tried = session.query(kTried, id.group, id.topic, place.shard, place.position); tried.next();)
    view.tried.push_back({static_cast<int>(tried.integer(0)), tried.integer(1), static_cast<int>(tried.integer(2)),
                          tried.integer(3), std::string(tried.text(4)), std::string(tried.blob(5)), tried.integer(6),
                          std::string(tried.text(7)), std::string(tried.text(8))});
  return {};
}

Result<> ReplayRows::apply(Session& session) {
  replayed_.clear();
  for (const Place& place : places_) {
    Rows rows = session.query(kReplay, id_.group, id_.topic, place.shard, place.position, unix_milliseconds(now_));
    if (!rows.next()) continue;
    replayed_.push_back({place, std::string(rows.text(0))});
    session.run(kForgetAttempts, id_.group, id_.topic, place.shard, place.position);
  }
  return {};
}

Result<> ReplayEdited::apply(Session& session) {
  replayed_ = session.run(kReplayEdited, id_.group, id_.topic, place_.shard, place_.position, unix_milliseconds(now_),
                          event_.event_id, Blob{event_.body}) > 0;
  if (replayed_) session.run(kForgetAttempts, id_.group, id_.topic, place_.shard, place_.position);
  return {};
}

Result<> DiscardRow::apply(Session& session) {
  discarded_.clear();
  Rows rows = session.query(kDiscard, id_.group, id_.topic, place_.shard, place_.position, reason_);
  if (rows.next()) discarded_.push_back({place_, std::string(rows.text(0))});
  return {};
}

}  // namespace causeway::events
