// A task that runs beside the coroutine that started it and never outlives its owner: the rest of an upload goes on
// while the answer is read already.
#pragma once

#include <coroutine>

#include "runtime/event_loop.h"
#include "runtime/task.h"

namespace causeway::runtime {

/// Belongs to one loop, on whose thread it is used; its address must not change. The task waits for sockets, time and
/// turns of that loop only: what sleeps until another thread wakes it (suspension.h) cannot be taken apart. An
/// exception that leaves it ends the process.
class Companion {
 public:
  Companion() = default;
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion() { stop(); }

  /// Runs `task` until it first waits; then it goes on by itself. From within the loop, and not while one runs.
  void start(EventLoop& loop, Task<> task);
  bool running() const { return static_cast<bool>(coroutine_); }
  /// Takes it apart where it waits. Not from within it.
  void stop() {
    if (coroutine_) coroutine_.destroy();
  }

 private:
  struct Frame;
  static Frame run(Companion& owner, EventLoop& loop, Task<> task);

  std::coroutine_handle<> coroutine_;  ///< while it runs
};

}  // namespace causeway::runtime
