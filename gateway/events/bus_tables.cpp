#include "events/bus_tables.h"

#include "events/event_tables.h"

namespace causeway::events::tables {
namespace {

using store::Rows;
using store::Session;
using store::Sql;

const Sql kAddPlaced{
    "INSERT INTO placed (place, partition, kafka_offset) VALUES (?1, ?2, ?3) ON CONFLICT (place) DO NOTHING"};
const Sql kFindPlaced{"SELECT partition, kafka_offset FROM placed WHERE place = ?1"};
const Sql kAddRefused{"INSERT INTO refused (place, reason, at) VALUES (?1, ?2, ?3) ON CONFLICT (place) DO NOTHING"};
const Sql kFindRefused{"SELECT reason FROM refused WHERE place = ?1"};
const Sql kRefusedBehind{
    "SELECT refused.place, topic.name, shard.shard, event.event_id, event.type, event.key, refused.reason, refused.at "
    "FROM refused JOIN event ON event.place = refused.place JOIN shard ON shard.id = refused.place >> 40 "
    "JOIN topic ON topic.id = shard.topic WHERE refused.place > ?1 AND (?2 = '' OR topic.name = ?2) "
    "ORDER BY refused.place LIMIT ?3"};
const Sql kFinished{
    "SELECT place FROM placed WHERE place > ?1 AND place <= ?2 "
    "UNION SELECT place FROM refused WHERE place > ?1 AND place <= ?2 ORDER BY place"};
const Sql kDeletePlaced{"DELETE FROM placed WHERE place > ?1 AND place <= ?2"};
const Sql kDeleteRefused{"DELETE FROM refused WHERE place > ?1 AND place <= ?2"};
const Sql kSetRelayed{"UPDATE shard SET relay_pos = ?2 WHERE id = ?1 AND relay_pos < ?2"};
const Sql kSetFacts{"UPDATE topic SET partitions = ?2, record_bytes = ?3 WHERE id = ?1"};

static_assert(kPositionBits == 40);
constexpr Position kLastPosition = (Position{1} << kPositionBits) - 1;

}  // namespace

void add_placed(Session& session, std::int64_t lane, Position position, BusPlace at) {
  session.run(kAddPlaced, place(lane, position), at.partition, at.known() ? std::optional(at.offset) : std::nullopt);
}

std::optional<BusPlace> find_placed(Session& session, std::int64_t lane, Position position) {
  Rows rows = session.query(kFindPlaced, place(lane, position));
  if (!rows.next()) return std::nullopt;
  return BusPlace{static_cast<std::uint32_t>(rows.integer(0)), rows.is_null(1) ? -1 : rows.integer(1)};
}

void add_refused(Session& session, std::int64_t lane, Position position, std::string_view reason, std::int64_t at) {
  session.run(kAddRefused, place(lane, position), reason, at);
}

std::optional<std::string> find_refused(Session& session, std::int64_t lane, Position position) {
  Rows rows = session.query(kFindRefused, place(lane, position));
  if (!rows.next()) return std::nullopt;
  return std::string(rows.text(0));
}

std::vector<RefusedRow> refused_behind(Session& session, std::string_view topic, std::int64_t after,
                                       std::size_t limit) {
  std::vector<RefusedRow> all;
  for (Rows rows = session.query(kRefusedBehind, after, topic, limit); rows.next();)
    all.push_back({rows.integer(0), std::string(rows.text(1)), static_cast<std::uint32_t>(rows.integer(2)),
                   std::string(rows.text(3)), std::string(rows.text(4)), std::string(rows.text(5)),
                   std::string(rows.text(6)), rows.integer(7)});
  return all;
}

std::vector<Position> finished_behind(Session& session, std::int64_t lane, Position after) {
  std::vector<Position> positions;
  for (Rows rows = session.query(kFinished, place(lane, after), place(lane, kLastPosition)); rows.next();)
    positions.push_back(position_of(rows.integer(0)));
  return positions;
}

void delete_bus_outcomes(Session& session, std::int64_t lane, Position after, Position last) {
  session.run(kDeletePlaced, place(lane, after), place(lane, last));
  session.run(kDeleteRefused, place(lane, after), place(lane, last));
}

void set_relayed(Session& session, std::int64_t lane, Position relayed) { session.run(kSetRelayed, lane, relayed); }

void set_bus_facts(Session& session, std::int64_t topic, std::uint32_t partitions, std::uint64_t record_bytes) {
  session.run(kSetFacts, topic, partitions, record_bytes);
}

}  // namespace causeway::events::tables
