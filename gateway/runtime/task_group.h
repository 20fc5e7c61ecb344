// Tasks that run side by side on the worker of the one that has started them.
#pragma once

#include <coroutine>
#include <memory>

#include "runtime/root.h"
#include "runtime/worker.h"

namespace causeway::runtime {

/// Belongs to a coroutine and is used on its worker. Tasks that still wait when the group goes are taken apart with it,
/// so that they never outlive what they refer to.
class TaskGroup {
 public:
  explicit TaskGroup(Worker& worker) : worker_(worker) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Runs `task` up to its first wait; from a handler of the worker. An exception that leaves it ends the process.
  void start(Task<> task);
  bool idle() const { return members_ == nullptr; }
  /// Goes on once a task has ended since this was last awaited; at once if one has, or if none runs. One at a time.
  Task<> next();

 private:
  class Member;
  class Wait;
  struct Waiting {
    std::coroutine_handle<> coroutine;
  };

  static Task<> run(TaskGroup& group, Task<> task);
  void note_end();

  Worker& worker_;
  Member* members_ = nullptr;
  bool ended_ = false;  // one has, and nobody was told
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace causeway::runtime
