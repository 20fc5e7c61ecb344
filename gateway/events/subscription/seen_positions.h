// Which records of a bus are doubles. A relay that starts again may send some of its events twice, in their order: of
// each store and shard the positions ascend within a lane but for such repeats, so only one at or below the highest
// that was read can be a double (correctness.md, "Log and order"). Whether it is one its eventId says: headers may have
// been copied from another topic.
//
// What is written down is written with the cursor that passes it, and covers exactly what lies at or below that
// cursor: everything behind it is read again after a crash, and known again in the same order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "events/subscription/delivery.h"
#include "events/subscription/group_reader.h"

namespace causeway::events {

/// Of one group on one topic. Not thread safe. Memory is bounded whatever records claim to be: of more stores or shards
/// than that doubles are not known.
class SeenPositions {
 public:
  static constexpr std::size_t kMostStores = 64;
  static constexpr std::size_t kMostMarks = 65'536;

  /// What was written down, before anything is read.
  void restore(std::span<const SeenMark> marks);
  /// Was the place that this record claims read before? Then it is a double, if it is the same event.
  bool knows(std::uint32_t lane, const Origin& origin) const;
  /// A record that is none, as it is read, in the order of its lane.
  void read(std::uint32_t lane, Position position, const Origin& origin);
  /// The low position of a lane is about to be written: appends what has to be written with it.
  void pass(std::uint32_t lane, Position low, std::vector<SeenMark>& out);

 private:
  struct Key {
    std::uint32_t lane = 0;
    std::size_t store = 0;  // in stores_
    std::uint32_t shard = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Mark {
    Position read = 0;
    Position passed = 0;
  };
  using Marks = std::map<Key, Mark>;
  struct Unpassed {
    Position position;  // in its lane
    Marks::iterator mark;
    Position origin;
  };

  /// Its index; kMostStores when it is not known.
  std::size_t find_store(const std::string& id) const;
  /// Its index; kMostStores when there are too many.
  std::size_t store_index(const std::string& id);
  /// The end when there are too many.
  Marks::iterator mark_of(std::uint32_t lane, const std::string& store, std::uint32_t shard);

  std::vector<std::string> stores_;
  Marks marks_;
  std::map<std::uint32_t, std::deque<Unpassed>> unpassed_;  // by lane, ascending
};

}  // namespace causeway::events
