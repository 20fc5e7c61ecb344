#include "events/subscription/count_group.h"

#include <algorithm>

namespace causeway::events {
namespace {

const store::Sql kStates{
    "SELECT d.state, count(*), sum(d.pos > c.low_pos) FROM delivery d "
    "JOIN cursor c ON c.grp = d.grp AND c.topic = d.topic AND c.shard = d.shard "
    "WHERE d.grp = ?1 AND d.topic = ?2 GROUP BY d.state"};
const store::Sql kPausedBy{
    "SELECT paused_by FROM cursor WHERE grp = ?1 AND topic = ?2 UNION ALL "
    "SELECT paused_by FROM group_start WHERE grp = ?1 AND topic = ?2 LIMIT 1"};
const store::Sql kLost{"SELECT coalesce(sum(to_pos - from_pos + 1), 0) FROM lost WHERE grp = ?1 AND topic = ?2"};

}  // namespace

Result<> CountGroup::run(store::Session& session) {
  if (on_bus) {
    sample.behind = on_bus->events;
    sample.oldest_stored_at = on_bus->oldest_stored_at;
  } else if (Result<> sampled = sample.run(session); !sampled) {
    return sampled;
  }
  behind = sample.behind;
  retrying = held = dead = 0;
  for (store::Rows rows = session.query(kStates, sample.id.group, sample.id.topic); rows.next();) {
    const std::string_view state = rows.text(0);
    const std::int64_t count = rows.integer(1);
    if (state == "retrying") retrying = count;
    if (state == "held") held = count;
    if (state == "dead") dead = count;
    behind -= rows.integer(2);
  }
  behind = std::max<std::int64_t>(0, behind);
  if (store::Rows rows = session.query(kLost, sample.id.group, sample.id.topic); rows.next()) lost = rows.integer(0);
  store::Rows group = session.query(kPausedBy, sample.id.group, sample.id.topic);
  paused_by = group.next() ? group.text(0) : "";
  return {};
}

}  // namespace causeway::events
