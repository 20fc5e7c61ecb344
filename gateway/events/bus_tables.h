// The log's tables for topics that a bus carries: how far the relay is, and what became of each event there.
//
//   placed   where an event lies on the bus: the first place, if it came there twice
//   refused  what the bus never takes; its relay passed over it
//
// Rows of both live as long as the event's row. With event_tables.h the only place that knows their SQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/bus_place.h"
#include "events/topic.h"
#include "store/session.h"

namespace causeway::events::tables {

void add_placed(store::Session& session, std::int64_t lane, Position position, BusPlace at);
std::optional<BusPlace> find_placed(store::Session& session, std::int64_t lane, Position position);

/// `at`: unix milliseconds.
void add_refused(store::Session& session, std::int64_t lane, Position position, std::string_view reason,
                 std::int64_t at);
/// The reason.
std::optional<std::string> find_refused(store::Session& session, std::int64_t lane, Position position);

struct RefusedRow {
  std::int64_t place = 0;  ///< ascending
  std::string topic;
  std::uint32_t shard = 0;
  std::string event_id;
  std::string type;
  std::string key;
  std::string reason;
  std::int64_t at = 0;  ///< unix milliseconds
};

/// Those behind the place `after`, of every topic where `topic` is empty.
std::vector<RefusedRow> refused_behind(store::Session& session, std::string_view topic, std::int64_t after,
                                       std::size_t limit);

/// Positions behind `after` that are placed or refused, ascending.
std::vector<Position> finished_behind(store::Session& session, std::int64_t lane, Position after);
void delete_bus_outcomes(store::Session& session, std::int64_t lane, Position after, Position last);

/// Never goes back.
void set_relayed(store::Session& session, std::int64_t lane, Position relayed);
void set_bus_facts(store::Session& session, std::int64_t topic, std::uint32_t partitions, std::uint64_t record_bytes);

}  // namespace causeway::events::tables
