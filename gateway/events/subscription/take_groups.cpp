#include <algorithm>

#include "events/event_tables.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

const Sql kHasGroup{"SELECT 1 FROM cursor WHERE grp = ?1 AND topic = ?2 LIMIT 1"};
const Sql kAdd{
    "INSERT INTO cursor (grp, topic, shard, low_pos, start_pos) VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT DO NOTHING"};
const Sql kUse{"UPDATE cursor SET orphaned_at = NULL WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NOT NULL"};
const Sql kGroups{"SELECT DISTINCT grp, topic FROM cursor"};
const Sql kOrphan{"UPDATE cursor SET orphaned_at = ?3 WHERE grp = ?1 AND topic = ?2 AND orphaned_at IS NULL"};

const Sql kRenameCursor{"UPDATE cursor SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameDelivery{"UPDATE delivery SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};
const Sql kRenameAttempt{"UPDATE attempt SET grp = ?3 WHERE grp = ?1 AND topic = ?2"};

const Sql kExpired{
    "SELECT DISTINCT cursor.grp, cursor.topic FROM cursor JOIN topic ON topic.name = cursor.topic "
    "WHERE cursor.orphaned_at + topic.retention <= ?1"};
const Sql kDropCursor{"DELETE FROM cursor WHERE grp = ?1 AND topic = ?2"};
const Sql kDropDelivery{"DELETE FROM delivery WHERE grp = ?1 AND topic = ?2"};
const Sql kDropAttempt{"DELETE FROM attempt WHERE grp = ?1 AND topic = ?2"};

// What an operator gave up is shown for a while.
constexpr std::int64_t kKeepDiscarded = std::int64_t{30} * 24 * 3600 * 1000;
const Sql kDropDiscarded{
    "DELETE FROM delivery WHERE state = 'discarded' AND died_at < ?1 AND pos <= (SELECT low_pos FROM cursor WHERE "
    "cursor.grp = delivery.grp AND cursor.topic = delivery.topic AND cursor.shard = delivery.shard)"};
const Sql kDropLooseAttempts{
    "DELETE FROM attempt WHERE at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.grp = attempt.grp AND "
    "delivery.topic = attempt.topic AND delivery.shard = attempt.shard AND delivery.pos = attempt.pos)"};

bool exists(Session& session, const GroupId& id) { return session.query(kHasGroup, id.group, id.topic).next(); }

std::vector<GroupId> groups(Rows rows) {
  std::vector<GroupId> all;
  while (rows.next()) all.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
  return all;
}

void take_over(Session& session, const WantedGroup& wanted) {
  if (wanted.was.empty() || exists(session, wanted.id) || !exists(session, {wanted.was, wanted.id.topic})) return;
  for (const Sql* const rename : {&kRenameCursor, &kRenameDelivery, &kRenameAttempt})
    session.run(*rename, wanted.was, wanted.id.topic, wanted.id.group);
}

void begin(Session& session, const WantedGroup& wanted) {
  const bool known = exists(session, wanted.id);
  std::vector<Position> start(wanted.shards, 0);
  if (const auto topic = tables::find_topic(session, wanted.id.topic); topic && !known)
    for (const tables::ShardRow& row : tables::shards_of(session, topic->id))
      if (row.shard < wanted.shards) start[row.shard] = wanted.start == Start::kLatest ? row.last : row.trimmed;
  for (std::uint32_t shard = 0; shard < wanted.shards; ++shard)
    session.run(kAdd, wanted.id.group, wanted.id.topic, shard, start[shard]);
  session.run(kUse, wanted.id.group, wanted.id.topic);
}

}  // namespace

Result<> TakeGroups::apply(Session& session) {
  const std::int64_t now = unix_milliseconds(now_);
  for (const WantedGroup& wanted : wanted_) {
    take_over(session, wanted);
    begin(session, wanted);
  }
  for (const GroupId& id : groups(session.query(kGroups))) {
    const auto is = [&id](const WantedGroup& wanted) { return wanted.id == id; };
    if (std::ranges::none_of(wanted_, is)) session.run(kOrphan, id.group, id.topic, now);
  }
  for (const GroupId& id : groups(session.query(kExpired, now)))
    for (const Sql* const drop : {&kDropCursor, &kDropDelivery, &kDropAttempt}) session.run(*drop, id.group, id.topic);
  if (session.run(kDropDiscarded, now - kKeepDiscarded) > 0) session.run(kDropLooseAttempts, now - kKeepDiscarded);
  return {};
}

}  // namespace causeway::events
