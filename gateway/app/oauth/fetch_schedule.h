// When a provider's keys are fetched: soon after they were asked for, again after a while, sooner after a failure.
// Pure.
#pragma once

#include <cstdint>

#include "core/clock.h"

namespace causeway::app {

/// Of one provider. Not thread safe. Times are the injected ones.
class FetchSchedule {
 public:
  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLastRetry = std::chrono::minutes(1);

  /// The first fetch is due at once.
  explicit FetchSchedule(Duration refresh) : refresh_(refresh) {}

  /// Another configuration's period: never later than it says.
  void change(Duration refresh, SteadyTime now);
  /// A fetch in flight is never due again: one at a time.
  bool is_due(SteadyTime now) const { return !in_flight_ && due_ <= now; }
  bool in_flight() const { return in_flight_; }
  SteadyTime due() const { return in_flight_ ? SteadyTime::max() : due_; }

  void began() { in_flight_ = true; }
  /// `random` in [0, 1) shortens the wait by up to a tenth, so that gateways do not come together.
  void succeeded(SteadyTime now, double random);
  /// The next try: after 1 s, then twice as long each time up to a minute, but never later than the period.
  void failed(SteadyTime now, double random);
  /// As soon as possible.
  void hurry(SteadyTime now) { due_ = std::min(due_, now); }

 private:
  Duration refresh_;
  SteadyTime due_ = SteadyTime::min();
  std::uint32_t failures_ = 0;
  bool in_flight_ = false;
};

}  // namespace causeway::app
