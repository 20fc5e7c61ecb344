// The time of a gateway that is tried out: it goes on only when nothing else can happen.
#pragma once

#include "core/clock.h"

namespace causeway::app {

/// One thread.
class OfflineClock final : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }

  void advance(Duration by) {
    steady_ += by;
    rest_ += by;
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(rest_);
    wall_ += whole;
    rest_ -= whole;
  }
  /// The steady time goes on a little, too: who looks at the wall only now and then looks again.
  void set_wall(WallTime now) {
    wall_ = now;
    rest_ = {};
    steady_ += std::chrono::milliseconds(5);
  }

 private:
  // Long before any call: what remembers only since its start (replay.h) knows of all of them.
  WallTime wall_{std::chrono::hours(24) * 365 * 20};
  SteadyTime steady_{std::chrono::hours(24)};
  Duration rest_{};
};

}  // namespace causeway::app
