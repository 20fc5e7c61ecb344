// A clock that stands still until the test moves it.
#pragma once

#include "core/clock.h"

namespace causeway::fakes {

class ManualClock final : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }

  void advance(Duration by) {
    wall_ += std::chrono::duration_cast<std::chrono::milliseconds>(by);
    steady_ += by;
  }
  /// Somebody sets the wall clock.
  void set_ahead(Duration by) { wall_ += std::chrono::duration_cast<std::chrono::milliseconds>(by); }

 private:
  WallTime wall_{std::chrono::milliseconds(1772337600123)};  // 2026-03-01T04:00:00.123Z
  SteadyTime steady_ = std::chrono::steady_clock::now();     // so that a loop with real timers finds none of them due
};

}  // namespace causeway::fakes
