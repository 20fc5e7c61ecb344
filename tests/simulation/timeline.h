// The time of a world, and what happens in it in which order. What falls on the same millisecond comes in an order that
// the seed decides.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <tuple>
#include <vector>

#include "core/clock.h"
#include "simulation/dice.h"

namespace causeway::simulation {

/// Milliseconds since the world began; never goes back.
using Moment = std::int64_t;

class Timeline {
 public:
  using Action = std::function<void()>;

  explicit Timeline(Dice& dice) : dice_(dice) {}

  Moment now() const { return now_; }
  /// What the machine's clock shows.
  WallTime wall() const { return WallTime(std::chrono::milliseconds(kStart + now_ + offset_)); }
  /// Somebody sets it.
  void set_clock(std::int64_t by) { offset_ += by; }

  void after(std::int64_t delay, Action action) { queue_.push({now_ + delay, dice_.next(), std::move(action)}); }
  /// What comes next happens. False: nothing does, or not until `end`.
  bool step(Moment end) {
    if (queue_.empty() || queue_.top().at > end) return false;
    now_ = queue_.top().at;
    const Action action = std::move(const_cast<Entry&>(queue_.top()).action);  // goes with the next line
    queue_.pop();
    action();
    return true;
  }

 private:
  static constexpr std::int64_t kStart = 1'790'000'000'000;

  struct Entry {
    Moment at;
    std::uint64_t turn;
    Action action;
    bool operator<(const Entry& other) const { return std::tie(at, turn) > std::tie(other.at, other.turn); }
  };

  Dice& dice_;
  Moment now_ = 0;
  std::int64_t offset_ = 0;
  std::priority_queue<Entry> queue_;
};

}  // namespace causeway::simulation
