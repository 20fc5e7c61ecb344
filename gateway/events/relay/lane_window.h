// What of one shard is on its way to the bus, and what of it has come to an end. The partitions of a topic answer
// independently, so ends come in any order; `low` follows those that have none before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "events/topic.h"

namespace causeway::events {

/// Pure and of one thread. Positions are dense. Holds a few bytes for each between `low` and the last that was sent.
class LaneWindow {
 public:
  /// All at or below `low` have ended, and those `ended` behind it (ascending): what an earlier process has found out.
  explicit LaneWindow(Position low = 0, std::span<const Position> ended = {});

  /// At or below: everything is on the bus, or refused.
  Position low() const { return low_; }
  /// What is read next lies behind this.
  Position read_after() const { return read_after_; }
  /// Must it be sent? False for what ended before the lane was resumed.
  bool wants(Position position) const;
  /// The next that was read was sent, or needs not be. In ascending order; those left out between are nowhere: they
  /// have ended.
  void sent(Position position, std::size_t bytes);
  void passed(Position position);
  /// It is on the bus, or refused. False: that was known.
  bool end(Position position);
  /// What is in flight may be lost: reading begins at the lowest that has not ended.
  void resume();

  /// What it holds: from `low` to the last that was sent.
  std::size_t held() const { return slots_.size(); }
  /// Of what is in flight.
  std::size_t bytes() const { return bytes_; }

 private:
  enum class State : std::uint8_t { kOpen, kSent, kEnded };
  struct Slot {
    std::uint32_t bytes = 0;
    State state = State::kOpen;
  };

  Slot* find(Position position);
  Slot& reach(Position position);
  void close_gap(Position position);
  void move_low();

  Position low_;
  Position read_after_;
  std::size_t bytes_ = 0;
  std::deque<Slot> slots_;  // of low_ + 1 …
};

}  // namespace causeway::events
