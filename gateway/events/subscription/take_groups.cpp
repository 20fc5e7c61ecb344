#include <fmt/format.h>

#include <algorithm>

#include "events/event_tables.h"
#include "events/register_topics.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

const Sql kCarrier{
    "SELECT carrier FROM cursor WHERE grp = ?1 AND topic = ?2 UNION ALL "
    "SELECT carrier FROM group_start WHERE grp = ?1 AND topic = ?2 LIMIT 1"};
const Sql kAdd{
    "INSERT INTO cursor (grp, topic, shard, low_pos, start_pos) VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING"};
const Sql kAddStart{"INSERT INTO group_start (grp, topic, start, at, carrier) VALUES (?1, ?2, ?3, ?4, ?5)"};
const Sql kUse{"UPDATE cursor SET orphaned_at = NULL WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NOT NULL"};
const Sql kUseStart{
    "UPDATE group_start SET orphaned_at = NULL WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NOT NULL"};
const Sql kGroups{"SELECT grp, topic FROM cursor UNION SELECT grp, topic FROM group_start"};
const Sql kOrphan{"UPDATE cursor SET orphaned_at = ?3 WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NULL"};
const Sql kOrphanStart{"UPDATE group_start SET orphaned_at = ?3 WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NULL"};

const Sql kLeft{"SELECT count(*) FROM delivery WHERE grp = ?1 AND topic = ?2 AND state <> 'discarded'"};

const Sql kRenameCursor{"UPDATE cursor SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameDelivery{"UPDATE delivery SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameAttempt{"UPDATE attempt SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameStart{"UPDATE group_start SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameSeen{"UPDATE seen_pos SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameLost{"UPDATE lost SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};

const Sql kExpired{
    "SELECT its.grp, its.topic FROM (SELECT grp, topic, orphaned_at FROM cursor UNION "
    "SELECT grp, topic, orphaned_at FROM group_start) AS its JOIN topic ON topic.name = its.topic "
    "WHERE its.orphaned_at + topic.retention <= ?1 GROUP BY its.grp, its.topic"};
const Sql kDropCursor{"DELETE FROM cursor WHERE grp = ?1 AND topic = ?2"};
const Sql kDropDelivery{"DELETE FROM delivery WHERE grp = ?1 AND topic = ?2"};
const Sql kDropAttempt{"DELETE FROM attempt WHERE grp = ?1 AND topic = ?2"};
const Sql kDropStart{"DELETE FROM group_start WHERE grp = ?1 AND topic = ?2"};
const Sql kDropSeen{"DELETE FROM seen_pos WHERE grp = ?1 AND topic = ?2"};
const Sql kDropLost{"DELETE FROM lost WHERE grp = ?1 AND topic = ?2"};

// What an operator gave up, and what was lost, is shown for a while.
constexpr std::int64_t kKeepDiscarded = std::int64_t{30} * 24 * 3600 * 1000;
const Sql kDropOldLost{"DELETE FROM lost WHERE at < ?1"};
const Sql kDropDiscarded{
    "DELETE FROM delivery WHERE state = 'discarded' AND died_at < ?1 AND pos <= (SELECT low_pos FROM cursor WHERE "
    "cursor.grp = delivery.grp AND cursor.topic = delivery.topic AND cursor.shard = delivery.shard)"};
const Sql kDropLooseAttempts{
    "DELETE FROM attempt WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.grp = attempt.grp AND "
    "delivery.topic = attempt.topic AND delivery.shard = attempt.shard AND delivery.pos = attempt.pos)"};

/// What a group reads its topic from; empty: there is no such group.
std::string carrier_of(Session& session, const GroupId& id) {
  Rows row = session.query(kCarrier, id.group, id.topic);
  return row.next() ? std::string(row.text(0)) : std::string();
}

bool exists(Session& session, const GroupId& id) { return !carrier_of(session, id).empty(); }

std::vector<GroupId> groups(Rows rows) {
  std::vector<GroupId> all;
  while (rows.next()) all.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
  return all;
}

Result<> take_over(Session& session, const WantedGroup& wanted) {
  const GroupId old{wanted.was, wanted.id.topic};
  if (old.group.empty() || !exists(session, old)) return {};  // it was taken over before
  if (exists(session, wanted.id))
    return Error(Code::kConflict, fmt::format("the group \"{}\" cannot become \"{}\", which topic \"{}\" already has",
                                              old.group, wanted.id.group, old.topic));
  for (const Sql* const rename :
       {&kRenameCursor, &kRenameDelivery, &kRenameAttempt, &kRenameStart, &kRenameSeen, &kRenameLost})
    session.run(*rename, old.group, old.topic, wanted.id.group);
  return {};
}

/// Positions of one carrier mean nothing on another. From the log only a topic leaves that never had an event: there a
/// group has read nothing.
Result<> leave_carrier(Session& session, const WantedGroup& wanted, std::string_view old) {
  const auto& [group, topic] = wanted.id;
  if (old != "log")
    return Error(Code::kConflict, fmt::format("the group \"{}\" has read topic \"{}\" from {}: give the subscription "
                                              "another group to read it from {}",
                                              group, topic, old, wanted.carrier));
  session.run(kDropCursor, group, topic);
  return {};
}

Result<> begin_on_bus(Session& session, const WantedGroup& wanted, std::int64_t now) {
  const auto& [group, topic] = wanted.id;
  const std::string known = carrier_of(session, wanted.id);
  if (!known.empty() && known != wanted.carrier) {
    Result<> left = leave_carrier(session, wanted, known);
    if (!left) return left;
  }
  if (known != wanted.carrier) session.run(kAddStart, group, topic, config::name_of(wanted.start), now, wanted.carrier);
  session.run(kUse, group, topic);
  session.run(kUseStart, group, topic);
  return {};
}

Result<> begin(Session& session, const WantedGroup& wanted) {
  const std::string carrier = carrier_of(session, wanted.id);
  const bool known = !carrier.empty();
  if (known && carrier != wanted.carrier) return leave_carrier(session, wanted, carrier);
  std::vector<Position> start(wanted.shards, 0);
  if (const auto topic = tables::find_topic(session, wanted.id.topic); topic && !known)
    for (const tables::ShardRow& row : tables::shards_of(session, topic->id))
      if (row.shard < wanted.shards) start[row.shard] = wanted.start == Start::kLatest ? row.last : row.trimmed;
  for (std::uint32_t shard = 0; shard < wanted.shards; ++shard)
    session.run(kAdd, wanted.id.group, wanted.id.topic, shard, start[shard]);
  session.run(kUse, wanted.id.group, wanted.id.topic);
  return {};
}

}  // namespace

Result<> TakeGroups::apply(Session& session) {
  const std::int64_t now = unix_milliseconds(now_);
  left_behind_.clear();
  refused_ = nullptr;
  if (topics_) {
    RegisterTopics topics(topics_);
    Result<> registered = topics.apply(session);
    if (!registered) return registered;
  }
  for (const WantedGroup& wanted : wanted_) {
    refused_ = &wanted;
    Result<> taken = take_over(session, wanted);
    if (!taken) return taken;
    Result<> begun = wanted.carrier == "log" ? begin(session, wanted) : begin_on_bus(session, wanted, now);
    if (!begun) return begun;
  }
  refused_ = nullptr;
  for (const GroupId& id : groups(session.query(kGroups))) {
    if (std::ranges::any_of(wanted_, [&id](const WantedGroup& wanted) { return wanted.id == id; })) continue;
    const auto left_now =
        session.run(kOrphan, id.group, id.topic, now) + session.run(kOrphanStart, id.group, id.topic, now);
    if (left_now == 0) continue;  // it is one for long
    if (std::ranges::none_of(wanted_, [&id](const WantedGroup& wanted) { return wanted.id.group == id.group; }))
      continue;
    Rows left = session.query(kLeft, id.group, id.topic);
    if (left.next() && left.integer(0) > 0) left_behind_.push_back({id, left.integer(0)});
  }
  for (const GroupId& id : groups(session.query(kExpired, now)))
    for (const Sql* const drop : {&kDropCursor, &kDropDelivery, &kDropAttempt, &kDropStart, &kDropSeen, &kDropLost})
      session.run(*drop, id.group, id.topic);
  session.run(kDropOldLost, now - kKeepDiscarded);
  if (session.run(kDropDiscarded, now - kKeepDiscarded) > 0) session.run(kDropLooseAttempts, now - kKeepDiscarded);
  return {};
}

}  // namespace causeway::events
