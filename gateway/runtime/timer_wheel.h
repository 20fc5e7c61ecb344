// A hashed timer wheel: arming and disarming are a few pointer writes, because nearly every deadline of a gateway is
// disarmed before it is due. Not thread safe: a wheel belongs to one worker.
#pragma once

#include <array>
#include <cstdint>

#include "core/clock.h"

namespace causeway::runtime {

class TimerWheel;

/// Something that wants to be told when a time has come. Disarms itself when destroyed; its address must not change.
class TimerHook {
 public:
  TimerHook() = default;
  TimerHook(const TimerHook&) = delete;
  TimerHook& operator=(const TimerHook&) = delete;
  bool armed() const { return wheel_ != nullptr; }
  void disarm();

 protected:
  virtual ~TimerHook() { disarm(); }

 private:
  friend class TimerWheel;
  /// Called once per arming, on the worker, up to one resolution late and never early. May arm again.
  virtual void on_timer() = 0;

  TimerWheel* wheel_ = nullptr;
  TimerHook* next_ = nullptr;
  TimerHook** link_ = nullptr;  // the pointer that points to this hook
  std::int64_t due_tick_ = 0;
};

class TimerWheel {
 public:
  static constexpr Duration kResolution = std::chrono::milliseconds(5);

  explicit TimerWheel(SteadyTime now) : tick_(tick_of(now)) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Arms `hook` for `due` (again, if it was armed). A time in the past is due at the next advance.
  void arm(TimerHook& hook, SteadyTime due);
  /// Calls every hook that is due at `now`; returns how many.
  std::size_t advance(SteadyTime now);
  /// When `advance` should be called next; SteadyTime::max() when nothing is armed. May be earlier than the first due
  /// hook.
  SteadyTime next_due() const;
  bool empty() const { return armed_ == 0; }

 private:
  friend class TimerHook;
  static constexpr std::size_t kSlots = 4096;  // one turn is 20 s; hooks further away stay for several turns

  static std::int64_t tick_of(SteadyTime time) { return time.time_since_epoch() / kResolution; }
  std::size_t fire_slot(std::size_t slot, std::int64_t tick);

  std::array<TimerHook*, kSlots> slots_{};
  std::array<std::uint64_t, kSlots / 64> occupied_{};  // may be stale: a set bit over an empty slot only costs a look
  std::int64_t tick_;
  std::size_t armed_ = 0;
};

}  // namespace causeway::runtime
