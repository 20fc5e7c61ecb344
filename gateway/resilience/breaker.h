// The circuit breaker of one system: callers of a system that keeps failing, or has become slow, are turned away at
// once and it is left to recover; then a few probes decide (design: http.md, Resilience). Time is injected.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "resilience/breaker_settings.h"
#include "resilience/call_window.h"

namespace causeway::resilience {

/// One a cluster, for all workers. Settings come with each call: a reload changes them and the state stays.
///
/// Thread safe without locks. A call that succeeds in the closed state writes only what belongs to its worker. Whether
/// to open is decided when a call fails or is slow, by the newest `window` calls of all workers; then it reads up to
/// `window` results of each.
class Breaker {
 public:
  /// The values of the metric causeway_circuit_breaker_state.
  enum class State : std::uint8_t { kClosed = 0, kHalfOpen = 1, kOpen = 2 };

  /// What `admit` said. Each one that was admitted ends once with `end`: a probe that never ends keeps its place, and
  /// with all places kept nobody is admitted any more until `reset`.
  struct Ticket {
    bool admitted = true;
    bool probe = false;       ///< its result decides whether the breaker closes
    std::uint32_t epoch = 0;  ///< the state has changed so often before
    Duration retry_after{};   ///< refused: when to ask again
  };

  enum class Outcome : std::uint8_t {
    kSuccess,
    kFailure,  ///< of the system
    kNone,     ///< nothing was learnt about the system: the caller left, or the gateway refused the call later on
  };

  using Counts = CallWindow::Counts;

  /// `workers` as many as will ever call `end`.
  explicit Breaker(std::size_t workers);
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  /// Whether a call may go. The first after `open_for` turns open into half-open, where exactly `half_open_calls` are
  /// admitted until one of them fails or all have succeeded.
  Ticket admit(const BreakerSettings& settings, SteadyTime now) noexcept;

  /// How the call went; `took` is its whole time. `worker` is the index of the worker that calls this. Returns the
  /// state that this very call brought about, for the log. What began before the state last changed changes nothing.
  std::optional<State> end(const BreakerSettings& settings, std::size_t worker, const Ticket& ticket, Outcome outcome,
                           Duration took, SteadyTime now) noexcept;

  /// If `admit` would refuse now: when to ask again. Changes nothing; for refusing before a call waits for its turn.
  std::optional<Duration> refusal(const BreakerSettings& settings, SteadyTime now) const noexcept;
  bool is_open(const BreakerSettings& settings, SteadyTime now) const noexcept {
    return refusal(settings, now).has_value();
  }

  /// Open until somebody has been admitted, even when its time is over. Closed where it is not enabled.
  State state(const BreakerSettings& settings) const noexcept;
  /// When it opened last; only where it is open.
  std::optional<SteadyTime> opened_at(const BreakerSettings& settings) const noexcept;
  /// Closed: of the window. Half-open: of the probes that were admitted. Open: what opened it.
  Counts counts(const BreakerSettings& settings) const noexcept;
  /// How often the state has changed so far.
  std::uint32_t changes() const noexcept;

  /// An operator closes it: closed, with an empty window.
  void reset() noexcept;

 private:
  struct Word;

  bool change(std::uint64_t& from, const Word& to) noexcept;
  void note_opening(const Counts& why, SteadyTime now) noexcept;
  SteadyTime opening() const noexcept { return SteadyTime(Duration(opened_at_.load(std::memory_order_relaxed))); }
  std::optional<State> end_probe(const BreakerSettings& settings, std::uint64_t present, Outcome outcome, bool slow,
                                 SteadyTime now) noexcept;

  alignas(64) std::atomic<std::uint64_t> word_{0};  // Word: changes rarely, read by every call
  std::atomic<std::int64_t> opened_at_{0};          // nanoseconds of the steady clock, never goes back
  std::atomic<std::uint64_t> opened_by_{0};         // Counts, 16 bits each
  CallWindow window_;
};

}  // namespace causeway::resilience
