// Notices that the caller of an exchange leaves while nobody reads from its connection: the event loop tells of the end
// without a read, so an ordinary request pays a pointer for it.
#pragma once

#include "net/stream.h"
#include "runtime/cancel.h"
#include "runtime/readiness.h"
#include "runtime/timer_wheel.h"
#include "runtime/worker.h"

namespace causeway::server {

/// Watches a caller's stream for one exchange, on its worker. A broken connection is a caller that left. One that has
/// only ended its side may send no more and still read: it counts as gone when its answer has not begun shortly after,
/// and once that has begun, only where the answer never ends by itself. A next request that is there already is no
/// leaving.
class Departure final : private runtime::Readiness::EndWatch, private runtime::TimerHook {
 public:
  static constexpr Duration kGrace = std::chrono::milliseconds(50);

  /// All outlive it.
  Departure(runtime::Worker& worker, net::Stream& caller, runtime::Cancel& cancel)
      : worker_(worker), caller_(caller), cancel_(cancel) {
    caller_.tell_end(this);
    if (caller_.peer_ended()) on_end(caller_.broken());
  }
  ~Departure() override { caller_.tell_end(nullptr); }

  /// From now on the answer is written.
  void answer_begins(bool endless) {
    if (endless) return;
    half_closing_counts_ = false;
    disarm();
  }

 private:
  void on_end(bool broken) override {
    if (broken) cancel_.request();
    else if (half_closing_counts_) worker_.arm(*this, worker_.now() + kGrace);
  }
  void on_timer() override { cancel_.request(); }

  runtime::Worker& worker_;
  net::Stream& caller_;
  runtime::Cancel& cancel_;
  bool half_closing_counts_ = true;
};

}  // namespace causeway::server
