// What is known about an endpoint of a cluster beyond one configuration: is it well, is it ejected, how busy is it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "upstream/health_settings.h"

namespace causeway::upstream {

/// Whose turn it is to decide about ejections of a cluster: one at a time, and nobody waits.
class EjectionTurn {
 public:
  bool take() noexcept { return !taken_.exchange(true, std::memory_order_acquire); }
  void give() noexcept { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

/// Thread safe, but for what belongs to the control thread. Workers read it for each attempt and write it only when
/// something changes, but for their own count.
class EndpointState {
 public:
  EndpointState(std::size_t workers, std::shared_ptr<EjectionTurn> turn) : active_(workers), turn_(std::move(turn)) {}

  /// May it be asked, as far as checks and ejections say?
  bool well(SteadyTime now) const { return healthy() && !ejected(now); }
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  bool ejected(SteadyTime now) const { return ejected_until() > now; }
  /// SteadyTime::max(): until somebody restores it. In the past: it is not ejected.
  SteadyTime ejected_until() const { return SteadyTime(Duration(ejected_until_.load(std::memory_order_relaxed))); }
  bool ejected_by_hand() const { return by_hand_.load(std::memory_order_relaxed); }
  /// For failures, so far; those by hand do not count.
  std::uint64_t ejections() const { return ejections_.load(std::memory_order_relaxed); }

  /// Attempts in flight: on `worker`, which alone writes its count.
  void begin(std::size_t worker) { add(worker, 1); }
  void end(std::size_t worker) { add(worker, static_cast<std::uint32_t>(-1)); }
  /// Over all workers, about now.
  std::uint32_t active() const;

  /// A failure of the system; true when it was at least the `most`th in a row.
  bool failed(std::uint32_t most) { return failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= most; }
  void succeeded() {
    if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
  }
  std::uint32_t failures() const { return failures_.load(std::memory_order_relaxed); }
  /// Because of its failures. With the turn.
  void eject_for_failures(SteadyTime until);
  EjectionTurn& turn() const { return *turn_; }

  /// By an operator, whatever becomes of the others.
  void eject(SteadyTime until);
  /// Ends an ejection and forgets the failures. What checks say stays.
  void restore();

  /// What a check came to, on the control thread.
  enum class Change : std::uint8_t { kNone, kHealthy, kUnhealthy };
  Change checked(bool good, const HealthCheckSettings& settings);
  /// It is checked no more, and so well. On the control thread.
  void forget_checks();

 private:
  struct alignas(64) Count {
    std::atomic<std::uint32_t> attempts{0};
  };
  void add(std::size_t worker, std::uint32_t n) {
    auto& own = active_[worker].attempts;
    own.store(own.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::atomic<bool> healthy_{true};
  std::atomic<bool> by_hand_{false};
  std::atomic<std::int64_t> ejected_until_{SteadyTime::min().time_since_epoch().count()};
  std::atomic<std::uint64_t> ejections_{0};
  alignas(64) std::atomic<std::uint32_t> failures_{0};  // in a row, over all workers
  std::vector<Count> active_;
  const std::shared_ptr<EjectionTurn> turn_;
  // The control thread's.
  std::uint32_t good_checks_ = 0;  // in a row
  std::uint32_t bad_checks_ = 0;
};

/// By endpoint; one a cluster. Off the workers, one thread at a time.
class EndpointStates {
 public:
  explicit EndpointStates(std::size_t workers) : workers_(workers) {}
  /// The same as long as anybody has it.
  std::shared_ptr<EndpointState> get(const std::string& endpoint);

 private:
  std::size_t workers_;
  std::shared_ptr<EjectionTurn> turn_ = std::make_shared<EjectionTurn>();
  std::map<std::string, std::weak_ptr<EndpointState>> states_;
};

}  // namespace causeway::upstream
