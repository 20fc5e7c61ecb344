// Whether somebody has set the wall clock back while the gateway was not looking (correctness.md, "Edges"): what was
// signed with a time that has been once may have been used, even if that time is ahead now.
#pragma once

#include <string>

#include "core/clock.h"

namespace causeway::app {

/// What the machine says of the time, all of it at once.
struct ClockReading {
  WallTime wall;
  Duration since_boot{};  ///< of the kernel (CLOCK_BOOTTIME): goes on in suspend, and nobody can set it
  std::string boot;       ///< which boot that was; empty: unknown, and never the same as another one
};

/// Thread safe.
class MachineClock {
 public:
  virtual ~MachineClock() = default;
  virtual ClockReading read() const = 0;
};

/// Linux. Where the kernel does not say which boot it is, each process counts as one.
class SystemMachineClock final : public MachineClock {
 public:
  SystemMachineClock();
  ClockReading read() const override;

 private:
  const std::string boot_;
};

/// What a process notes again and again, for the one that comes after it.
struct ClockMark {
  ClockReading at;
  WallTime latest;  ///< no signature was accepted that is dated later, but those that are written down one by one
};

/// How often it is noted at least.
constexpr Duration kMarkInterval = std::chrono::seconds(5);
/// By how much a mark's time is believed to be right where no signature says so: a machine whose clock was in another
/// year for a moment must not be deaf until then.
constexpr std::chrono::milliseconds kBelieved = std::chrono::hours(24);

/// What the wall clock would show had nobody set it back since `mark`. In another boot nobody knows how long it was
/// off: the process has lived on for an interval at most.
WallTime expected_wall(const ClockReading& mark, const ClockReading& now);

/// The present for a process that follows one that left `mark`: signatures until then may have been used.
WallTime start_after(const ClockMark& mark, const ClockReading& now);

/// The next mark of a running process. `newest`: no accepted timestamp is beyond it.
ClockMark next_mark(const ClockMark& last, ClockReading now, WallTime newest);

/// By how much the clock was set since then, forth or back. In milliseconds, which hold any two years.
std::chrono::milliseconds stepped_by(const ClockReading& mark, const ClockReading& now);
/// More than what keeps the time does by itself: worth noting at once.
bool has_stepped(const ClockReading& mark, const ClockReading& now);

}  // namespace causeway::app
