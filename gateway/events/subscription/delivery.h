// One event on its way to one subscription, and what is to be written down about it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "events/topic.h"

namespace causeway::events {

struct Place {
  std::uint32_t shard = 0;
  Position position = 0;
  auto operator<=>(const Place&) const = default;
};

/// What the row of a delivery says.
enum class RowState : std::uint8_t {
  kRetrying,   ///< an attempt has failed, or it was replayed; the next is at next_at
  kHeld,       ///< an earlier event of its key is not finished
  kDead,       ///< no more attempts
  kDiscarded,  ///< given up by an operator
};

/// The event as a row keeps it, and what is sent about it.
struct EventCopy {
  std::string event_id;
  std::string key;
  std::string type;
  std::int64_t stored_at = 0;  ///< unix milliseconds
  std::string headers;
  std::string body;    ///< JSON
  std::string sent{};  ///< what is sent, where it is not the body; meaningless while not frozen
  /// What is sent was settled by the first attempt: no later configuration changes it.
  bool frozen = false;

  const std::string& said() const { return sent.empty() ? body : sent; }
};

/// A delivery that is in memory.
struct Delivery {
  enum class Row : std::uint8_t { kNone, kUnwritten, kWritten };  ///< unwritten: among what is not yet durable
  enum class Stage : std::uint8_t { kWaiting, kReady, kInFlight, kBackingOff, kDueUnwritten };

  Place place;
  std::string lane;
  EventCopy event;         ///< of one with a row only what is small: headers and body are read again for each attempt
  std::int64_t since = 0;  ///< unix milliseconds: from when max_age counts
  std::uint32_t attempts = 0;
  Row row = Row::kNone;
  RowState row_state = RowState::kHeld;
  bool passed = false;          ///< the filter has let it through
  bool unwritten_sent = false;  ///< frozen since its row was written
  Stage stage = Stage::kWaiting;
  SteadyTime due{};    ///< while backing off
  SteadyTime began{};  ///< of the attempt in flight
};

/// One failed attempt, for its row.
struct AttemptRecord {
  std::int64_t at = 0;  ///< unix milliseconds
  int status = 0;
  std::int64_t took_ms = 0;
  std::string error;
  std::string body;        ///< how the answer began
  std::uint32_t code = 0;  ///< of a failure that the system named in its own words; 0: none
  std::string message;
  std::string details;  ///< JSON; empty: none
};

/// One thing to write; all of a Settlement in their order in one transaction.
struct RowChange {
  enum class Kind : std::uint8_t {
    kInsert,   ///< the event gets a row
    kUpdate,   ///< its row changes
    kFreeze,   ///< what is sent becomes part of its row
    kAttempt,  ///< an attempt failed; attempts is its number
    kFinish,   ///< delivered: row and attempts go
  };
  Kind kind;
  Place place;
  RowState state = RowState::kHeld;
  std::uint32_t attempts = 0;
  std::int64_t next_at = 0;  ///< unix milliseconds
  std::int64_t since = 0;
  std::int64_t died_at = 0;
  std::string reason{};
  EventCopy event{};        ///< of kInsert; of kFreeze what is sent
  AttemptRecord attempt{};  ///< of kAttempt
};

struct CursorMove {
  std::uint32_t shard = 0;
  Position low = 0;
};

/// Of a store's shard, as it comes through a lane of a bus: this position and those before were read.
struct SeenMark {
  std::uint32_t lane = 0;
  std::string store_id;
  std::uint32_t shard = 0;
  Position position = 0;
  bool operator==(const SeenMark&) const = default;
};

/// What was learnt since the last one. Durable as a whole or not at all.
struct Settlement {
  std::vector<RowChange> rows;
  std::vector<CursorMove> cursors;
  std::vector<SeenMark> seen{};  ///< what these cursors have passed
  bool pause = false;            ///< too many dead keys in a row
  bool empty() const { return rows.empty() && cursors.empty() && !pause; }
};

}  // namespace causeway::events
