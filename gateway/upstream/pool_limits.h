// What one endpoint's connections are limited to (`limits` of a cluster), and how many there are of them.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/clock.h"

namespace causeway::upstream {

struct PoolLimits {
  std::optional<std::uint32_t> connections;  ///< open to one endpoint, over all workers
  std::uint32_t idle = 512;                  ///< kept for later calls, each worker
  Duration idle_timeout = std::chrono::seconds(55);
  auto operator<=>(const PoolLimits&) const = default;
};

/// The connections to one endpoint over all workers. Thread safe. Only what has a limit is counted here: a counter that
/// all workers write would cost everybody.
class ConnectionCount {
 public:
  explicit ConnectionCount(std::optional<std::uint32_t> most) : most_(most) {}

  /// False when there are as many as there may be. What is taken is given back.
  bool take() noexcept {
    if (!most_) return true;
    if (count_.fetch_add(1, std::memory_order_relaxed) < *most_) return true;
    count_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  void give() noexcept {
    if (most_) count_.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  const std::optional<std::uint32_t> most_;
  std::atomic<std::uint32_t> count_{0};
};

/// One connection's place in both counts, given back when it ends: on the worker, which writes `own` alone. Moves only.
class ConnectionPlace {
 public:
  ConnectionPlace() = default;
  /// Of one that `all` has been taken from. Both outlive it.
  ConnectionPlace(std::atomic<std::uint32_t>& own, ConnectionCount& all) : own_(&own), all_(&all) { add(1); }
  ConnectionPlace(ConnectionPlace&& other) noexcept : own_(std::exchange(other.own_, nullptr)), all_(other.all_) {}
  ConnectionPlace& operator=(ConnectionPlace&& other) noexcept {
    std::swap(own_, other.own_);
    std::swap(all_, other.all_);
    return *this;
  }
  ~ConnectionPlace() {
    if (own_ == nullptr) return;
    add(static_cast<std::uint32_t>(-1));
    all_->give();
  }

 private:
  void add(std::uint32_t n) noexcept {
    own_->store(own_->load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::atomic<std::uint32_t>* own_ = nullptr;
  ConnectionCount* all_ = nullptr;
};

/// Where a connection leads and what it counts as.
struct ConnectionOrigin {
  std::uint64_t address = 0;  ///< key_of its address
  ConnectionPlace place;
};

}  // namespace causeway::upstream
