// Time as a dependency: whoever needs the time takes a Clock, so that tests decide what time it is.
#pragma once

#include <chrono>
#include <cstdint>

namespace causeway {

using Duration = std::chrono::nanoseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Thread safe. `wall` may jump when the machine's clock is set; `steady` never does.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

constexpr std::int64_t unix_milliseconds(WallTime time) { return time.time_since_epoch().count(); }

}  // namespace causeway
