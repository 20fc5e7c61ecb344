#include "runtime/task_group.h"

#include <utility>

namespace causeway::runtime {

/// Stands in the frame of a task that runs.
class TaskGroup::Member {
 public:
  explicit Member(TaskGroup& group) : next_(group.members_), link_(&group.members_) {
    if (next_ != nullptr) next_->link_ = &next_;
    group.members_ = this;
  }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  ~Member() {
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
  }

  void take_apart() { root_->destroy(); }

  // Awaited, it learns which coroutine stands at the bottom.
  bool await_ready() const noexcept { return false; }
  template <class Running>
  bool await_suspend(std::coroutine_handle<Running> running) noexcept {
    root_ = running.promise().root;
    return false;
  }
  void await_resume() const noexcept {}

 private:
  Root* root_ = nullptr;
  Member* next_;
  Member** link_;
};

/// Taken apart with the coroutine that waits, it leaves nothing behind that could be woken.
class TaskGroup::Wait {
 public:
  explicit Wait(TaskGroup& group) : group_(group) {}
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() { group_.waiting_->coroutine = {}; }

  bool await_ready() const noexcept { return group_.ended_ || group_.idle(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { group_.waiting_->coroutine = waiting; }
  void await_resume() noexcept { group_.ended_ = false; }

 private:
  TaskGroup& group_;
};

TaskGroup::~TaskGroup() {
  while (members_ != nullptr) members_->take_apart();
}

void TaskGroup::start(Task<> task) { worker_.spawn(run(*this, std::move(task))); }

Task<> TaskGroup::next() {
  Wait wait(*this);
  co_await wait;
}

Task<> TaskGroup::run(TaskGroup& group, Task<> task) {
  {
    Member member(group);
    co_await member;
    co_await std::move(task);
  }
  group.note_end();
}

void TaskGroup::note_end() {
  // Several may end before the one that waits goes on.
  if (std::exchange(ended_, true) || !waiting_->coroutine) return;
  worker_.post([waiting = waiting_] {
    if (waiting->coroutine) std::exchange(waiting->coroutine, {}).resume();
  });
}

}  // namespace causeway::runtime
