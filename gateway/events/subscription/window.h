// How far a subscription is in one shard: what was read, what of it is finished, and up to where all of it is.
#pragma once

#include <cstddef>
#include <deque>

#include "events/topic.h"

namespace causeway::events {

/// Not thread safe. Positions come ascending; gaps are what retention took.
class Window {
 public:
  /// Everything at or below `low` is finished and durably so.
  explicit Window(Position low) : read_(low), low_(low), taken_(low), durable_(low) {}

  void read(Position position) {
    entries_.push_back({position, false});
    read_ = position;
  }
  /// Finished, or about to have a row.
  void settle(Position position);
  /// The low position when it has moved since it was last taken.
  bool take_move(Position& low);
  /// What was taken is durable now.
  void moved(Position low);

  /// The last one that is settled, be there gaps before it; nothing is settled behind it.
  Position last_settled() const;
  Position last_read() const { return read_; }
  Position durable() const { return durable_; }
  /// Events behind the durable low position: so many would come again after a crash.
  std::size_t exposed() const { return entries_.size(); }

 private:
  struct Entry {
    Position position;
    bool settled;
  };
  std::deque<Entry> entries_;  // behind durable_, ascending
  Position read_;
  Position low_;    // all at or below are settled
  Position taken_;  // the last low that was given out to be written
  Position durable_;
};

}  // namespace causeway::events
