// One call as the breaker of its cluster sees it.
#pragma once

#include <utility>

#include "resilience/breaker.h"
#include "runtime/worker.h"

namespace causeway::upstream {

/// Was admitted, and ends once, however that comes: with what `end` says first, or when it goes. Moves only; on its
/// worker. The breaker and its settings outlive it.
class BreakerCall {
 public:
  using Outcome = resilience::Breaker::Outcome;

  BreakerCall() = default;
  BreakerCall(resilience::Breaker& breaker, const resilience::BreakerSettings& settings, runtime::Worker& worker,
              const resilience::Breaker::Ticket& ticket)
      : breaker_(&breaker), settings_(&settings), worker_(&worker), ticket_(ticket), began_(worker.now()) {}
  BreakerCall(BreakerCall&& other) noexcept { take(other); }
  BreakerCall& operator=(BreakerCall&& other) noexcept {
    if (this == &other) return *this;
    end(if_it_goes_);
    take(other);
    return *this;
  }
  ~BreakerCall() { end(if_it_goes_); }

  bool probe() const { return ticket_.probe; }
  /// The system has begun to answer, and unless it breaks off the call is a success: its time ends here.
  void answered() {
    if_it_goes_ = Outcome::kSuccess;
    took_ = worker_->now() - began_;
  }
  void end(Outcome outcome) noexcept {
    if (breaker_ == nullptr) return;
    const Duration took = if_it_goes_ == Outcome::kNone ? worker_->now() - began_ : took_;
    std::exchange(breaker_, nullptr)->end(*settings_, worker_->index(), ticket_, outcome, took, worker_->now());
  }

 private:
  void take(BreakerCall& other) noexcept {
    breaker_ = std::exchange(other.breaker_, nullptr);
    settings_ = other.settings_;
    worker_ = other.worker_;
    ticket_ = other.ticket_;
    began_ = other.began_;
    took_ = other.took_;
    if_it_goes_ = other.if_it_goes_;
  }

  resilience::Breaker* breaker_ = nullptr;
  const resilience::BreakerSettings* settings_ = nullptr;
  runtime::Worker* worker_ = nullptr;
  resilience::Breaker::Ticket ticket_;
  SteadyTime began_;
  Duration took_{};
  Outcome if_it_goes_ = Outcome::kNone;
};

}  // namespace causeway::upstream
