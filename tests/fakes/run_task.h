// Runs coroutines on a worker's loop, on the thread of the test.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <type_traits>

#include "runtime/worker.h"

namespace causeway::fakes {

/// Only a guard against a test that would hang; nothing waits for it.
inline constexpr std::chrono::seconds kHangGuard{20};

/// Runs the worker's handlers until `done()`, which other threads may bring about too.
template <class Condition>
void run_until(runtime::Worker& worker, Condition done) {
  constexpr std::chrono::milliseconds kLook{5};
  const auto guard = std::chrono::steady_clock::now() + kHangGuard;
  worker.io().restart();
  while (!done())
    if (worker.io().run_one_for(kLook) == 0 && std::chrono::steady_clock::now() > guard)
      throw std::runtime_error("the task does not end");
}

template <class T>
Task<> keep(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

inline Task<> note(Task<> task, bool& done) {
  co_await std::move(task);
  done = true;
}

/// What the task gives.
template <class T>
T run(runtime::Worker& worker, Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    bool done = false;
    worker.spawn(note(std::move(task), done));
    run_until(worker, [&] { return done; });
  } else {
    std::optional<T> result;
    worker.spawn(keep(std::move(task), result));
    run_until(worker, [&] { return result.has_value(); });
    return std::move(*result);
  }
}

}  // namespace causeway::fakes
