// The results of the last calls of all workers together, in the order of time: what a circuit breaker decides by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/clock.h"

namespace causeway::resilience {

/// Each worker writes its own results, without locks and without touching what belongs to another; counting reads those
/// of all. `add` on the worker's thread, with times that never go back; `count` on any thread.
///
/// Results belong to an epoch, a number that only grows: a new one begins empty. How many results matter comes with
/// each call, so that it may change; what was forgotten by then does not come back.
class CallWindow {
 public:
  struct Counts {
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
    std::uint32_t slow = 0;
  };

  explicit CallWindow(std::size_t workers);
  ~CallWindow();
  CallWindow(const CallWindow&) = delete;
  CallWindow& operator=(const CallWindow&) = delete;

  /// Allocates when a worker writes its first result, or the first after `window` has grown: 16 to 32 bytes for each of
  /// the window's calls.
  void add(std::size_t worker, std::uint32_t epoch, std::uint32_t window, SteadyTime at, bool failure, bool slow);
  /// Of the newest `window` results of `epoch`. Of those that are written at the same time, some may be missed.
  Counts count(std::uint32_t epoch, std::uint32_t window) const;

 private:
  class Cell;
  class Reader;
  std::vector<std::unique_ptr<Cell>> cells_;  // one a worker
};

}  // namespace causeway::resilience
