#include <algorithm>

#include "events/event_tables.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::events {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

const Sql kCursors{"SELECT shard, low_pos, paused_by FROM cursor WHERE grp = ?1 AND topic = ?2 ORDER BY shard"};
const Sql kFound{
    "SELECT shard, pos, key, state FROM delivery WHERE grp = ?1 AND topic = ?2 AND (state <> 'discarded' OR pos > "
    "(SELECT low_pos FROM cursor WHERE cursor.grp = ?1 AND cursor.topic = ?2 AND cursor.shard = delivery.shard)) "
    "ORDER BY shard, pos"};
const Sql kStart{"SELECT start, at, paused_by FROM group_start WHERE grp = ?1 AND topic = ?2"};
const Sql kSeen{"SELECT partition, store_id, shard, pos FROM seen_pos WHERE grp = ?1 AND topic = ?2"};
const Sql kOldest{
    "SELECT stored_at FROM delivery WHERE grp = ?1 AND topic = ?2 AND state <> 'discarded' ORDER BY stored_at LIMIT 1"};

}  // namespace

Result<> LoadGroup::run(Session& session) {
  low.assign(shards, 0);
  paused_by.clear();
  rows.clear();
  seen.clear();
  for (Rows found = session.query(kCursors, id.group, id.topic); found.next();) {
    const auto shard = static_cast<std::uint32_t>(found.integer(0));
    if (shards == 0 && shard >= low.size()) low.resize(shard + 1, 0);
    if (shard < low.size()) low[shard] = found.integer(1);
    paused_by = found.text(2);
  }
  if (low.empty()) {
    Rows found = session.query(kStart, id.group, id.topic);
    if (!found.next()) return Error(Code::kStoreRefused, "the group has neither cursors nor a start");
    start = found.text(0) == config::name_of(Start::kEarliest) ? Start::kEarliest : Start::kLatest;
    start_at = WallTime(std::chrono::milliseconds(found.integer(1)));
    paused_by = found.text(2);
    return {};
  }
  for (Rows found = session.query(kFound, id.group, id.topic); found.next();)
    if (static_cast<std::size_t>(found.integer(0)) < low.size())
      rows.push_back({{static_cast<std::uint32_t>(found.integer(0)), found.integer(1)},
                      std::string(found.text(2)),
                      state_of(found.text(3))});
  for (Rows found = session.query(kSeen, id.group, id.topic); found.next();)
    seen.push_back({static_cast<std::uint32_t>(found.integer(0)), std::string(found.text(1)),
                    static_cast<std::uint32_t>(found.integer(2)), found.integer(3)});
  return {};
}

Result<> FindStarts::run(Session& session) {
  low.assign(shards, 0);
  const auto known = tables::find_topic(session, topic);
  if (!known) return {};
  const std::int64_t until = unix_milliseconds(at);
  for (const tables::ShardRow& row : tables::shards_of(session, known->id)) {
    if (row.shard >= shards) continue;
    Position& begin = low[row.shard] = row.trimmed;
    if (start == Start::kEarliest) continue;
    for (Position end = row.last + 1; end - begin > 1;) {  // what is at `begin` is not after `at`, what is at `end` is
      const Position middle = begin + (end - begin) / 2;
      const auto stored_at = tables::stored_at(session, row.lane, middle);
      (stored_at && *stored_at > until ? end : begin) = middle;
    }
  }
  return {};
}

Result<> ReadLog::run(Session& session) {
  events.clear();
  more = false;
  const auto known = tables::find_topic(session, topic);
  if (!known) return {};
  std::vector<tables::ShardRow> shards;
  for (tables::ShardRow& row : tables::shards_of(session, known->id))
    if (row.shard < after.size() && row.last > after[row.shard]) shards.push_back(row);
  if (shards.empty()) return {};
  const auto begin = std::ranges::lower_bound(shards, first, {}, &tables::ShardRow::shard);
  std::rotate(shards.begin(), begin, shards.end());
  const std::size_t share = std::max<std::size_t>(1, limit / shards.size());
  std::size_t bytes = 0;
  for (const tables::ShardRow& row : shards) {
    const std::size_t wanted = std::min(share, limit - events.size());
    if (wanted == 0 || bytes >= max_bytes) {
      more = true;
      break;
    }
    const Position from = std::max(after[row.shard], row.trimmed);
    auto read = tables::read_events(session, row.lane, from, row.last, wanted, max_bytes - bytes);
    if (!read.empty() && read.back().position < row.last) more = true;
    for (StoredEvent& event : read) {
      bytes += event.body.size();
      events.emplace_back(row.shard, std::move(event));
    }
  }
  return {};
}

Result<> SampleGroup::run(Session& session) {
  behind = oldest_stored_at = 0;
  const auto older = [this](std::int64_t stored_at) {
    if (oldest_stored_at == 0 || stored_at < oldest_stored_at) oldest_stored_at = stored_at;
  };
  const auto known = tables::find_topic(session, id.topic);
  if (!known) return {};
  const std::vector<tables::ShardRow> shards = tables::shards_of(session, known->id);
  for (Rows cursors = session.query(kCursors, id.group, id.topic); cursors.next();) {
    const auto row =
        std::ranges::find(shards, static_cast<std::uint32_t>(cursors.integer(0)), &tables::ShardRow::shard);
    if (row == shards.end()) continue;
    const Position low = std::max(cursors.integer(1), row->trimmed);
    if (row->last <= low) continue;
    behind += row->last - low;
    if (const auto stored_at = tables::stored_at(session, row->lane, low + 1)) older(*stored_at);
  }
  if (Rows rows = session.query(kOldest, id.group, id.topic); rows.next()) older(rows.integer(0));
  return {};
}

Result<> SampleRows::run(Session& session) {
  Rows rows = session.query(kOldest, id.group, id.topic);
  oldest_stored_at = rows.next() ? rows.integer(0) : 0;
  return {};
}

}  // namespace causeway::events
