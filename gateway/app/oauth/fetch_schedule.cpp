#include "app/oauth/fetch_schedule.h"

#include <algorithm>

#include "resilience/backoff.h"

namespace causeway::app {
namespace {

constexpr double kJitter = 10;  // percent

Duration shortened(Duration wait, double random) {
  return std::chrono::duration_cast<Duration>(wait * (1 - random * kJitter / 100));
}

}  // namespace

void FetchSchedule::change(Duration refresh, SteadyTime now) {
  refresh_ = refresh;
  due_ = std::min(due_, now + refresh);
}

void FetchSchedule::succeeded(SteadyTime now, double random) {
  in_flight_ = false;
  failures_ = 0;
  due_ = now + shortened(refresh_, random);
}

void FetchSchedule::failed(SteadyTime now, double random) {
  in_flight_ = false;
  ++failures_;
  const resilience::BackoffSettings settings{kFirstRetry, 2, kLastRetry, config::Percent{kJitter}};
  due_ = now + std::min(resilience::backoff(settings, failures_, random), refresh_);
}

}  // namespace causeway::app
