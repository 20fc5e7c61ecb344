// The eventIds that a group has read last: what tells a record that came twice from another one that only claims the
// same place in a store.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace causeway::events {

/// Not thread safe. A few bytes each, of the last kMost.
class RecentIds {
 public:
  static constexpr std::size_t kMost = 16'384;

  void add(std::string_view event_id) {
    const std::size_t hash = std::hash<std::string_view>()(event_id);
    if (!known_.insert(hash).second) return;
    order_.push_back(hash);
    if (order_.size() <= kMost) return;
    known_.erase(order_.front());
    order_.pop_front();
  }
  bool has(std::string_view event_id) const { return known_.contains(std::hash<std::string_view>()(event_id)); }

 private:
  std::unordered_set<std::size_t> known_;
  std::deque<std::size_t> order_;
};

}  // namespace causeway::events
