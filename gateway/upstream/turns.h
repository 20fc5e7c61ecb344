// How many calls of a cluster are in flight over all workers (`limits.concurrent`), and who waits for a turn.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/clock.h"
#include "runtime/cancel.h"
#include "runtime/task.h"
#include "runtime/worker.h"
#include "upstream/wait.h"

namespace causeway::upstream {

/// One a cluster; outlives configurations, which is why the limit comes with each call. Thread safe without locks: one
/// number that all share, and lines of waiters on each worker that only that worker touches.
///
/// A turn never stays free while somebody waits for it. Whoever gives one back calls the next one, callers before
/// deliveries and then who has waited longest; if nobody is left there by then, another is called. The turn is not
/// reserved meanwhile: a caller who comes to a worker where no caller waits may take it.
class Turns : public std::enable_shared_from_this<Turns> {
 public:
  /// `workers` outlive it.
  explicit Turns(std::span<runtime::Worker* const> workers);

  enum class Line : std::uint8_t { kCallers, kDeliveries };  ///< callers first

  /// Waits until `until` of the worker's clock. Anything but kWoken: no turn was taken. One that is taken is given back
  /// by `give` on the same worker.
  Task<Wait::End> take(runtime::Worker& worker, std::uint32_t limit, Line line, SteadyTime until,
                       runtime::Cancel* cancel);
  void give(runtime::Worker& worker) noexcept;

  std::uint32_t taken() const { return taken_.load(std::memory_order_relaxed); }
  std::uint32_t waiting() const;

 private:
  class Waiter;
  /// Those who wait, the first in front. A list through the waiters: one who leaves in the middle costs no walk.
  struct Waiting {
    Waiter* first = nullptr;
    Waiter* last = nullptr;
    std::atomic<std::int64_t> since{
        INT64_MAX};  ///< when the first one came, for other workers; INT64_MAX: nobody waits
    std::atomic<std::uint32_t> count{0};
  };
  struct alignas(64) Place {
    std::array<Waiting, 2> lines;
    std::atomic<bool> called{false};  ///< `serve` is on its way
    Waiting& operator[](Line line) { return lines[static_cast<std::size_t>(line)]; }
  };

  bool try_take(std::uint32_t limit);
  bool callers_wait() const;
  /// The worker whose turn it is to look: of those who wait.
  std::optional<std::size_t> next() const;
  /// Has it look, at once where that is the worker `here` whose thread this is.
  void call_next(std::size_t here) noexcept;
  /// Grants free turns to those who wait on this worker. On its thread.
  void serve(std::size_t worker);

  std::span<runtime::Worker* const> workers_;
  std::vector<Place> places_;
  alignas(64) std::atomic<std::uint32_t> taken_{0};
  std::atomic<std::uint32_t> limit_{0};  // as it was said last
};

}  // namespace causeway::upstream
