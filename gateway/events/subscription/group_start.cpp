#include "events/subscription/group_start.h"

namespace causeway::events {
namespace {

using store::Session;
using store::Sql;

const Sql kHasCursors{"SELECT 1 FROM cursor WHERE grp = ?1 AND topic = ?2 LIMIT 1"};
const Sql kPausedBy{"SELECT paused_by FROM group_start WHERE grp = ?1 AND topic = ?2"};
const Sql kAdd{
    "INSERT INTO cursor (grp, topic, shard, low_pos, start_pos, paused_by, carrier) "
    "VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6) ON CONFLICT DO NOTHING"};
const Sql kBegun{"DELETE FROM group_start WHERE grp = ?1 AND topic = ?2"};
// A lane that comes later is of a group that is known: it is paused as the others are.
const Sql kAddLane{
    "INSERT INTO cursor (grp, topic, shard, low_pos, start_pos, paused_by, carrier) "
    "SELECT ?1, ?2, ?3, 0, 0, max(paused_by), ?4 FROM cursor WHERE grp = ?1 AND topic = ?2 "
    "HAVING count(*) > 0 ON CONFLICT DO NOTHING"};
const Sql kLost{
    "INSERT INTO lost (grp, topic, shard, from_pos, to_pos, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, 'retention', ?6) "
    "ON CONFLICT (grp, topic, shard, from_pos) DO UPDATE SET to_pos = ?5 WHERE lost.to_pos < ?5"};

}  // namespace

std::string carrier_of(const Topic& topic) {
  if (topic.bus == BusKind::kEmbedded) return "log";
  return std::string(word_of(topic.bus)) + ' ' + topic.settings.kafka_name();
}

Result<> BeginGroup::apply(Session& session) {
  if (session.query(kHasCursors, id_.group, id_.topic).next()) return {};
  std::string paused_by;
  if (store::Rows row = session.query(kPausedBy, id_.group, id_.topic); row.next()) paused_by = row.text(0);
  for (std::uint32_t lane = 0; lane < low_.size(); ++lane)
    session.run(kAdd, id_.group, id_.topic, lane, low_[lane], paused_by, carrier_);
  session.run(kBegun, id_.group, id_.topic);
  return {};
}

Result<> NoteLanes::apply(Session& session) {
  for (std::uint32_t lane = first_; lane < end_; ++lane) session.run(kAddLane, id_.group, id_.topic, lane, carrier_);
  for (const LostRange& range : lost_)
    session.run(kLost, id_.group, id_.topic, range.lane, range.from, range.to, unix_milliseconds(now_));
  return {};
}

}  // namespace causeway::events
