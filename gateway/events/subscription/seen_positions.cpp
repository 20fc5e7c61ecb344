#include "events/subscription/seen_positions.h"

#include <algorithm>

namespace causeway::events {

std::size_t SeenPositions::find_store(const std::string& id) const {
  const auto found = std::ranges::find(stores_, id);
  return found == stores_.end() ? kMostStores : static_cast<std::size_t>(found - stores_.begin());
}

std::size_t SeenPositions::store_index(const std::string& id) {
  const std::size_t known = find_store(id);
  if (known < kMostStores || stores_.size() == kMostStores) return known;
  stores_.push_back(id);
  return stores_.size() - 1;
}

SeenPositions::Marks::iterator SeenPositions::mark_of(std::uint32_t lane, const std::string& store,
                                                      std::uint32_t shard) {
  const std::size_t index = store_index(store);
  if (index == kMostStores) return marks_.end();
  const Key key{lane, index, shard};
  if (const auto known = marks_.find(key); known != marks_.end() || marks_.size() >= kMostMarks) return known;
  return marks_.emplace(key, Mark{}).first;
}

void SeenPositions::restore(std::span<const SeenMark> marks) {
  for (const SeenMark& each : marks)
    if (const auto mark = mark_of(each.lane, each.store_id, each.shard); mark != marks_.end())
      mark->second = {each.position, each.position};
}

bool SeenPositions::knows(std::uint32_t lane, const Origin& origin) const {
  const auto mark = marks_.find({lane, find_store(origin.store_id), origin.shard});
  return mark != marks_.end() && origin.position <= mark->second.read;
}

void SeenPositions::read(std::uint32_t lane, Position position, const Origin& origin) {
  const auto mark = mark_of(lane, origin.store_id, origin.shard);
  if (mark == marks_.end() || origin.position <= mark->second.read) return;
  mark->second.read = origin.position;
  unpassed_[lane].push_back({position, mark, origin.position});
}

void SeenPositions::pass(std::uint32_t lane, Position low, std::vector<SeenMark>& out) {
  const auto found = unpassed_.find(lane);
  if (found == unpassed_.end()) return;
  std::deque<Unpassed>& waiting = found->second;
  std::vector<Marks::iterator> moved;
  for (; !waiting.empty() && waiting.front().position <= low; waiting.pop_front()) {
    const Unpassed& each = waiting.front();
    each.mark->second.passed = each.origin;
    if (std::ranges::find(moved, each.mark) == moved.end()) moved.push_back(each.mark);
  }
  for (const auto& mark : moved)
    out.push_back({lane, stores_[mark->first.store], mark->first.shard, mark->second.passed});
}

}  // namespace causeway::events
