#include "upstream/endpoint_state.h"

#include <thread>

namespace causeway::upstream {
namespace {

/// For operators, who may wait: nobody decides about failures while they do, and overwrites what they say.
class WaitedTurn {
 public:
  explicit WaitedTurn(EjectionTurn& turn) : turn_(turn) {
    while (!turn_.take()) std::this_thread::yield();
  }
  WaitedTurn(const WaitedTurn&) = delete;
  WaitedTurn& operator=(const WaitedTurn&) = delete;
  ~WaitedTurn() { turn_.give(); }

 private:
  EjectionTurn& turn_;
};

}  // namespace

std::uint32_t EndpointState::active() const {
  std::uint32_t sum = 0;
  for (const Count& each : active_) sum += each.attempts.load(std::memory_order_relaxed);
  return sum;
}

void EndpointState::eject_for_failures(SteadyTime until) {
  by_hand_.store(false, std::memory_order_relaxed);
  ejections_.fetch_add(1, std::memory_order_relaxed);
  failures_.store(0, std::memory_order_relaxed);
  ejected_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
}

void EndpointState::eject(SteadyTime until) {
  const WaitedTurn turn(*turn_);
  by_hand_.store(true, std::memory_order_relaxed);
  ejected_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
}

void EndpointState::restore() {
  const WaitedTurn turn(*turn_);
  failures_.store(0, std::memory_order_relaxed);
  ejected_until_.store(SteadyTime::min().time_since_epoch().count(), std::memory_order_relaxed);
  by_hand_.store(false, std::memory_order_relaxed);
}

EndpointState::Change EndpointState::checked(bool good, const HealthCheckSettings& settings) {
  good_checks_ = good ? good_checks_ + 1 : 0;
  bad_checks_ = good ? 0 : bad_checks_ + 1;
  if (!healthy() && good_checks_ >= settings.healthy) {
    healthy_.store(true, std::memory_order_relaxed);
    return Change::kHealthy;
  }
  if (healthy() && bad_checks_ >= settings.unhealthy) {
    healthy_.store(false, std::memory_order_relaxed);
    return Change::kUnhealthy;
  }
  return Change::kNone;
}

void EndpointState::forget_checks() {
  good_checks_ = 0;
  bad_checks_ = 0;
  healthy_.store(true, std::memory_order_relaxed);
}

std::shared_ptr<EndpointState> EndpointStates::get(const std::string& endpoint) {
  std::erase_if(states_, [](const auto& entry) { return entry.second.expired(); });
  auto& known = states_[endpoint];
  std::shared_ptr<EndpointState> state = known.lock();
  if (!state) {
    state = std::make_shared<EndpointState>(workers_, turn_);
    known = state;
  }
  return state;
}

}  // namespace causeway::upstream
