// Waiting for another thread: a coroutine lays itself down, and whoever it was given to wakes it through its worker.
#pragma once

#include <memory>
#include <utility>

#include "runtime/event_loop.h"
#include "runtime/root.h"
#include "runtime/task.h"

namespace causeway::runtime {

/// A coroutine that sleeps. Destroyed without `resume`, it takes the coroutine along, through its worker's loop: the
/// worker must still be there.
class Sleeper {
 public:
  Sleeper(std::coroutine_handle<> coroutine, Root& root) : coroutine_(coroutine), root_(root) {}
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    if (coroutine_) root_.loop().post([root = &root_] { root->destroy(); });
  }

  /// Once, on the worker where it went to sleep, from a handler of its own (`Worker::post`).
  void resume() { std::exchange(coroutine_, {}).resume(); }

 private:
  std::coroutine_handle<> coroutine_;
  Root& root_;
};

template <class LayDown>
struct Bed {
  LayDown& lay_down;
  bool await_ready() const noexcept { return false; }
  template <class Sleeping>
  void await_suspend(std::coroutine_handle<Sleeping> sleeping) const {
    lay_down(std::make_unique<Sleeper>(sleeping, *sleeping.promise().root));
  }
  void await_resume() const noexcept {}
};

/// Calls `lay_down(std::unique_ptr<Sleeper>)` once the coroutine sleeps. It may be woken before `lay_down` has
/// returned only by what is posted to its worker.
template <class LayDown>
Task<> suspend(LayDown lay_down) {
  co_await Bed<LayDown>{lay_down};
}

}  // namespace causeway::runtime
