// The coroutine at the bottom of a chain of tasks: nobody awaits it, its loop owns it.
#pragma once

#include "runtime/task.h"

namespace causeway::runtime {

class EventLoop;

/// On its loop's thread, but for `loop`.
class Root {
 public:
  Root(EventLoop& loop, std::coroutine_handle<> coroutine);
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root();

  EventLoop& loop() const { return loop_; }
  /// Takes the coroutine apart, with all tasks that it waits for.
  void destroy() { coroutine_.destroy(); }

 private:
  friend class EventLoop;
  EventLoop& loop_;
  std::coroutine_handle<> coroutine_;
  Root* next_;
  Root** link_;
};

}  // namespace causeway::runtime
