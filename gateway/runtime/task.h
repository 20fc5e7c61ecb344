// Task<T>: the coroutine type of everything that waits. Our own and small, because a call passes through some thirty of
// them: a task goes to the one that awaits it without a queue or a lock in between.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "runtime/frame_pool.h"

namespace causeway {

template <class T = void>
class Task;

namespace runtime {

class Root;

/// What all coroutines have in common.
struct Promise {
  /// When one ends, the one that awaits it goes on.
  struct End {
    bool await_ready() const noexcept { return false; }
    template <class Ended>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Ended> ended) const noexcept {
      return ended.promise().awaiting;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  End final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }

  std::coroutine_handle<> awaiting;
  Root* root = nullptr;  ///< the coroutine at the bottom, which nobody awaits
  std::exception_ptr failure;
};

template <class T>
struct ValuePromise : Promise {
  template <class Given = T>
    requires std::is_constructible_v<T, Given&&>
  void return_value(Given&& given) {
    value.emplace(std::forward<Given>(given));
  }
  T take() {
    if (failure) std::rethrow_exception(failure);
    return *std::move(value);
  }
  std::optional<T> value;
};

template <>
struct ValuePromise<void> : Promise {
  void return_void() const noexcept {}
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace runtime

/// Starts when awaited, once, and resumes on the worker that awaited it. Owns its coroutine: destroyed while that still
/// waits, it takes it along. Never put two `co_await` into one expression.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type final : runtime::ValuePromise<T> {
    Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
  };

  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  auto operator co_await() && noexcept { return Awaiter{coroutine_}; }

 private:
  struct Awaiter {
    std::coroutine_handle<promise_type> coroutine;
    bool await_ready() const noexcept { return false; }
    template <class Awaiting>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Awaiting> awaiting) const noexcept {
      coroutine.promise().awaiting = awaiting;
      coroutine.promise().root = awaiting.promise().root;
      return coroutine;
    }
    T await_resume() const { return coroutine.promise().take(); }
  };

  explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  std::coroutine_handle<promise_type> coroutine_;
};

}  // namespace causeway
