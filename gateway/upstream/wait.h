// One coroutine that waits for somebody of its own worker, for a time, and only as long as its result is wanted.
#pragma once

#include <coroutine>
#include <memory>

#include "core/clock.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/timer_wheel.h"
#include "runtime/worker.h"

namespace causeway::upstream {

/// Lives in the coroutine that waits, for one wait. On its worker. Destroyed while it waits, or was woken and has not
/// gone on yet, it is forgotten: a coroutine may be taken apart at any time.
class Wait {
 public:
  enum class End : std::uint8_t { kWoken, kTimeout, kCancelled };

  explicit Wait(runtime::Worker& worker) : worker_(worker) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    if (asleep_) *asleep_ = {};
  }

  /// Until `wake`, `until` of the worker's clock, or `cancel` (may be null; not requested yet).
  Task<> sleep(SteadyTime until, runtime::Cancel* cancel);
  /// The first end counts; the coroutine goes on soon, not within this call.
  void wake(End end = End::kWoken);
  bool ended() const { return ended_; }
  End end() const { return end_; }

 private:
  struct Timer final : runtime::TimerHook {
    explicit Timer(Wait& its_wait) : wait(its_wait) {}
    void on_timer() override { wait.wake(End::kTimeout); }
    Wait& wait;
  };
  struct Cancelled final : runtime::Cancel::Hook {
    explicit Cancelled(Wait& its_wait) : wait(its_wait) {}
    void on_cancel() override { wait.wake(End::kCancelled); }
    Wait& wait;
  };

  struct Bed {
    Wait& wait;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const {
      wait.asleep_ = std::make_shared<std::coroutine_handle<>>(coroutine);
    }
    void await_resume() const noexcept {}
  };

  runtime::Worker& worker_;
  Timer timer_{*this};
  Cancelled cancelled_{*this};
  std::shared_ptr<std::coroutine_handle<>> asleep_;  // shared with what is posted to wake it
  bool ended_ = false;
  End end_ = End::kWoken;
};

}  // namespace causeway::upstream
