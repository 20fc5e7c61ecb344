#include "upstream/admission.h"

#include <algorithm>

#include "core/retry_after.h"
#include "resilience/gcra.h"
#include "upstream/limits_settings.h"
#include "upstream/pause.h"
#include "upstream/turns.h"

namespace causeway::upstream {
namespace {

Error overloaded(const char* why, Duration wait) {
  Error error(Code::kOverloaded, why, Resend::kIfUnsent);
  error.info().retry_after_seconds = retry_after_seconds(wait);
  return error;
}

Error left() { return Error(Code::kCallerLeft, "the caller left before its turn", Resend::kNever); }

}  // namespace

void Admission::give() noexcept {
  if (turns_ != nullptr) std::exchange(turns_, nullptr)->give(*worker_);
}

Task<Result<Admission>> admit(runtime::Worker& worker, const LimitsSettings& limits, Turns& turns,
                              resilience::Gcra& rate, bool patient, runtime::Cancel* cancel) {
  for (;;) {
    if (cancel != nullptr && cancel->requested()) co_return left();  // it would use up the rate of others
    Admission turn;
    if (limits.concurrent) {
      const auto line = patient ? Turns::Line::kDeliveries : Turns::Line::kCallers;
      const SteadyTime until = patient ? SteadyTime::max() : worker.now() + limits.queue_timeout;
      const Wait::End end = co_await turns.take(worker, *limits.concurrent, line, until, cancel);
      if (end == Wait::End::kTimeout)
        co_return overloaded("too many calls in flight: no turn within queue_timeout", Duration(0));
      if (end == Wait::End::kCancelled) co_return left();
      turn = Admission(turns, worker);
    }
    if (!limits.rate) co_return turn;
    const resilience::Decision decision = rate.admit(limits.rate_limit(), worker.now());
    if (decision.admitted) co_return turn;
    if (!patient) co_return overloaded("above the cluster's rate", decision.retry_after);
    turn.give();
    const bool waited = co_await pause(worker, worker.now() + decision.retry_after, cancel);
    if (!waited) co_return left();
  }
}

}  // namespace causeway::upstream
