#include "runtime/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace causeway::runtime {

void TimerHook::disarm() {
  if (wheel_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  --wheel_->armed_;
  wheel_ = nullptr;
}

void TimerWheel::arm(TimerHook& hook, SteadyTime due) {
  hook.disarm();
  // Rounded up, so that no hook fires early; at least one tick ahead, so that a hook may arm itself again when it
  // fires.
  const std::int64_t exact = due == SteadyTime::max() ? INT64_MAX / 2 : tick_of(due + kResolution - Duration(1));
  hook.due_tick_ = std::max(exact, tick_ + 1);
  const auto slot = static_cast<std::size_t>(hook.due_tick_) % kSlots;
  hook.wheel_ = this;
  hook.next_ = slots_[slot];
  hook.link_ = &slots_[slot];
  if (hook.next_ != nullptr) hook.next_->link_ = &hook.next_;
  slots_[slot] = &hook;
  occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
  ++armed_;
}

std::size_t TimerWheel::advance(SteadyTime now) {
  std::size_t fired = 0;
  const std::int64_t target = tick_of(now);
  // After a long pause (a suspended machine) one turn sees every slot.
  std::int64_t tick = std::max(tick_, target - static_cast<std::int64_t>(kSlots));
  tick_ = std::max(tick_, target);
  for (++tick; tick <= target; ++tick) {
    const auto slot = static_cast<std::size_t>(tick) % kSlots;
    if ((occupied_[slot / 64] >> (slot % 64) & 1) != 0) fired += fire_slot(slot, target);
  }
  return fired;
}

std::size_t TimerWheel::fire_slot(std::size_t slot, std::int64_t tick) {
  // The list is walked from the head again after each call: a hook may disarm or destroy any other.
  std::size_t fired = 0;
  TimerHook* hook = slots_[slot];
  while (hook != nullptr) {
    if (hook->due_tick_ > tick) {
      hook = hook->next_;
      continue;
    }
    hook->disarm();
    hook->on_timer();
    ++fired;
    hook = slots_[slot];
  }
  if (slots_[slot] == nullptr) occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  return fired;
}

SteadyTime TimerWheel::next_due() const {
  if (armed_ == 0) return SteadyTime::max();
  const auto from = static_cast<std::size_t>(tick_ + 1);
  for (std::size_t ahead = 0; ahead < kSlots;) {
    const std::size_t slot = (from + ahead) % kSlots;
    const std::uint64_t bits = occupied_[slot / 64] >> (slot % 64);
    if (bits == 0) {
      ahead += 64 - slot % 64;
      continue;
    }
    ahead += static_cast<std::size_t>(std::countr_zero(bits));
    return SteadyTime((tick_ + 1 + static_cast<std::int64_t>(ahead)) * kResolution);
  }
  return SteadyTime((tick_ + static_cast<std::int64_t>(kSlots)) * kResolution);
}

}  // namespace causeway::runtime
