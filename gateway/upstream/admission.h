// What a call needs before it may reach a system that has limits: a turn, and a place in the rate (`limits`).
#pragma once

#include <utility>

#include "core/clock.h"
#include "core/result.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/worker.h"

namespace causeway::resilience {
class Gcra;
}

namespace causeway::upstream {

class Turns;
struct LimitsSettings;

/// A turn that was taken; given back when it ends, on the worker that took it. Moves only.
class Admission {
 public:
  Admission() = default;
  Admission(Turns& turns, runtime::Worker& worker) : turns_(&turns), worker_(&worker) {}
  Admission(Admission&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), worker_(other.worker_) {}
  Admission& operator=(Admission&& other) noexcept {
    if (this == &other) return *this;
    give();
    turns_ = std::exchange(other.turns_, nullptr);
    worker_ = other.worker_;
    return *this;
  }
  ~Admission() { give(); }
  void give() noexcept;

 private:
  Turns* turns_ = nullptr;
  runtime::Worker* worker_ = nullptr;
};

/// Lets a call in under `limits`: a caller that has waited for `queue_timeout`, or comes above the rate, gets 50391; a
/// `patient` one waits for both. Nothing is taken where this fails. Both outlive what is given out.
Task<Result<Admission>> admit(runtime::Worker& worker, const LimitsSettings& limits, Turns& turns,
                              resilience::Gcra& rate, bool patient, runtime::Cancel* cancel);

}  // namespace causeway::upstream
