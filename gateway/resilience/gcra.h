// The generic cell rate algorithm (ITU-T I.371, as a leaky bucket "as a meter"): a rate limit whose whole state is one
// number, the theoretical arrival time. Time is injected. Nothing waits and nothing is refilled by a timer.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/ip_address.h"

namespace causeway::resilience {

/// `burst` calls at once, then one every `interval`. A value; apart from the state, so that a reload can change it.
struct Limit {
  /// `count` calls every `per`, `burst` at once; all at least 1. The interval is rounded down to whole nanoseconds. A
  /// burst that would take more than 73 years to come back is cut to that.
  Limit(std::uint64_t count, Duration per, std::uint64_t burst);

  Duration interval;
  std::uint64_t burst;
};

struct Decision {
  bool admitted = false;
  std::uint64_t remaining = 0;  ///< calls that could follow at once
  Duration reset_after{};       ///< until the whole burst is available again
  Duration retry_after{};       ///< refused: until the same call would be admitted; otherwise zero
};

/// One limiter. Thread safe, lock-free: a refusal writes nothing, an admission is one compare-and-swap. Of racing calls
/// exactly as many are admitted as the limit says.
class Gcra {
 public:
  /// A call that costs more than the whole burst is never admitted.
  Decision admit(const Limit& limit, SteadyTime now, std::uint64_t cost = 1);
  /// True when the limiter has nothing left to remember.
  bool idle(SteadyTime now) const;
  /// When it will be idle; orders busy limiters by how much of their burst is used.
  SteadyTime idle_at() const;
  /// Goes on from the state of `other`.
  void continue_from(const Gcra& other);

 private:
  std::atomic<std::int64_t> arrival_{0};  // theoretical arrival time, nanoseconds of the steady clock
};

/// A limiter for each of a dense set of indexes, such as consumers. Thread safe.
class GcraArray {
 public:
  explicit GcraArray(std::size_t size);
  /// For a reload that renumbers: limiter i continues as `old_index(i)` of `previous`, or anew.
  GcraArray(std::size_t size, const GcraArray& previous,
            const std::function<std::optional<std::size_t>(std::size_t)>& old_index);

  std::size_t size() const { return size_; }
  Gcra& operator[](std::size_t index) { return limiters_[index]; }

 private:
  std::size_t size_;
  std::unique_ptr<Gcra[]> limiters_;
};

/// A limiter for each address in bounded memory. An IPv6 caller is its /64: a subscriber owns all of one.
///
/// Lossy by design. An address may live in one of four places; a place whose limiter is idle is taken over without
/// loss. When all four are busy, which takes tens of thousands of active addresses or an attack, the newcomer takes the
/// one nearest to idle and goes on with what was used of it: the two share until one of them is quiet, and nobody gets
/// more by it. Places are chosen by a hash with a random key, so that nobody can aim at another. Thread safe,
/// lock-free; addresses that race for one place may charge each other a call.
class GcraTable {
 public:
  /// 16 bytes a place; the number is rounded up to a multiple of four.
  explicit GcraTable(std::size_t places = std::size_t{1} << 16);
  ~GcraTable();

  Decision admit(const Limit& limit, const IpAddress& address, SteadyTime now, std::uint64_t cost = 1);

 private:
  struct Set;

  Gcra& limiter(const IpAddress& address, SteadyTime now);

  std::size_t sets_;
  std::unique_ptr<Set[]> table_;
  std::array<std::uint64_t, 2> hash_key_;
};

}  // namespace causeway::resilience
