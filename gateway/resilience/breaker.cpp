#include "resilience/breaker.h"

namespace causeway::resilience {
namespace {

std::int64_t nanoseconds(SteadyTime time) { return time.time_since_epoch().count(); }

bool reaches(std::uint32_t part, std::uint32_t whole, config::Percent rate) {
  return part > 0 && part * 100.0 >= rate.value * whole;
}

// A window has at most 10,000 calls.
std::uint64_t packed(const Breaker::Counts& counts) {
  return std::uint64_t{counts.calls} << 32 | std::uint64_t{counts.failures} << 16 | counts.slow;
}
Breaker::Counts unpacked(std::uint64_t word) {
  constexpr std::uint64_t kMask = 0xffff;
  return {.calls = static_cast<std::uint32_t>(word >> 32 & kMask),
          .failures = static_cast<std::uint32_t>(word >> 16 & kMask),
          .slow = static_cast<std::uint32_t>(word & kMask)};
}

constexpr Duration kProbesUnderWay = std::chrono::seconds(1);  // nobody can know how long they will take

}  // namespace

/// The whole state, in one atomic word.
struct Breaker::Word {
  explicit Word(std::uint64_t word)
      : epoch(static_cast<std::uint32_t>(word >> 32)),
        state(static_cast<State>(word >> 30 & 3)),
        admitted(static_cast<std::uint32_t>(word >> 20 & 1023)),
        succeeded(static_cast<std::uint32_t>(word >> 10 & 1023)),
        slow(static_cast<std::uint32_t>(word & 1023)) {}

  std::uint64_t packed() const {
    return std::uint64_t{epoch} << 32 | static_cast<std::uint64_t>(state) << 30 | admitted << 20 | succeeded << 10 |
           slow;
  }
  Word next(State other) const {
    Word word(0);
    word.epoch = epoch + 1;
    word.state = other;
    return word;
  }

  std::uint32_t epoch;
  State state;
  std::uint32_t admitted;   // half-open: probes that are under way or have succeeded; at most 1000
  std::uint32_t succeeded;  // of them
  std::uint32_t slow;       // of these
};

Breaker::Breaker(std::size_t workers) : window_(workers) {}

bool Breaker::change(std::uint64_t& from, const Word& to) noexcept {
  return word_.compare_exchange_strong(from, to.packed(), std::memory_order_acq_rel, std::memory_order_acquire);
}

void Breaker::note_opening(const Counts& why, SteadyTime now) noexcept {
  opened_by_.store(packed(why), std::memory_order_relaxed);
  // Before the word says so. Another that opens it at the same moment may have noted a later time; an earlier one, of
  // somebody who was held up, must not replace it.
  std::int64_t at = opened_at_.load(std::memory_order_relaxed);
  while (at < nanoseconds(now) && !opened_at_.compare_exchange_weak(at, nanoseconds(now), std::memory_order_relaxed)) {
  }
}

Breaker::Ticket Breaker::admit(const BreakerSettings& settings, SteadyTime now) noexcept {
  std::uint64_t present = word_.load(std::memory_order_acquire);
  for (;;) {
    const Word word(present);
    if (!settings.enabled || word.state == State::kClosed) return {.epoch = word.epoch};
    Word next = word;
    if (word.state == State::kOpen) {
      const Duration left = opening() + settings.open_for - now;
      if (left > Duration::zero()) return {.admitted = false, .epoch = word.epoch, .retry_after = left};
      next = word.next(State::kHalfOpen);
      next.admitted = 1;
    } else if (word.succeeded >= settings.half_open_calls) {  // a reload asks for fewer than have succeeded
      next = word.next(State::kClosed);
    } else if (word.admitted >= settings.half_open_calls) {
      return {.admitted = false, .epoch = word.epoch, .retry_after = kProbesUnderWay};
    } else {
      ++next.admitted;
    }
    if (change(present, next)) return {.probe = next.state == State::kHalfOpen, .epoch = next.epoch};
  }
}

std::optional<Breaker::State> Breaker::end(const BreakerSettings& settings, std::size_t worker, const Ticket& ticket,
                                           Outcome outcome, Duration took, SteadyTime now) noexcept {
  std::uint64_t present = word_.load(std::memory_order_acquire);
  const Word word(present);
  if (!ticket.admitted || ticket.epoch != word.epoch) return {};
  const bool slow = took >= settings.slow_call;
  if (ticket.probe) return end_probe(settings, present, outcome, slow, now);
  if (!settings.enabled || word.state != State::kClosed || outcome == Outcome::kNone) return {};

  const bool failure = outcome == Outcome::kFailure;
  window_.add(worker, word.epoch, settings.window, now, failure, slow);
  if (!failure && !slow) return {};
  const Counts counts = window_.count(word.epoch, settings.window);
  if (counts.calls < settings.minimum_calls) return {};
  if (!reaches(counts.failures, counts.calls, settings.failure_rate) &&
      !reaches(counts.slow, counts.calls, settings.slow_rate))
    return {};
  note_opening(counts, now);
  if (!change(present, word.next(State::kOpen))) return {};  // another has opened it, or it was reset
  return State::kOpen;
}

std::optional<Breaker::State> Breaker::end_probe(const BreakerSettings& settings, std::uint64_t present,
                                                 Outcome outcome, bool slow, SteadyTime now) noexcept {
  const std::uint32_t epoch = Word(present).epoch;
  for (;;) {
    const Word word(present);
    if (word.epoch != epoch) return {};
    Word next = word;
    if (outcome == Outcome::kNone) {
      --next.admitted;
    } else if (outcome == Outcome::kFailure) {
      next = word.next(State::kOpen);
    } else {
      ++next.succeeded;
      if (slow) ++next.slow;
      if (reaches(next.slow, settings.half_open_calls, settings.slow_rate)) next = word.next(State::kOpen);
      else if (next.succeeded >= settings.half_open_calls) next = word.next(State::kClosed);
    }
    if (next.state == State::kOpen) {
      const bool failure = outcome == Outcome::kFailure;
      note_opening({.calls = word.admitted, .failures = failure ? 1u : 0u, .slow = word.slow + (slow ? 1u : 0u)}, now);
    }
    if (!change(present, next)) continue;
    if (next.state == word.state) return {};
    return next.state;
  }
}

std::optional<Duration> Breaker::refusal(const BreakerSettings& settings, SteadyTime now) const noexcept {
  const Word word(word_.load(std::memory_order_acquire));
  if (!settings.enabled || word.state == State::kClosed) return {};
  if (word.state == State::kOpen) {
    const Duration left = opening() + settings.open_for - now;
    if (left > Duration::zero()) return left;
    return {};
  }
  if (word.admitted < settings.half_open_calls || word.succeeded >= settings.half_open_calls) return {};
  return kProbesUnderWay;
}

Breaker::State Breaker::state(const BreakerSettings& settings) const noexcept {
  if (!settings.enabled) return State::kClosed;
  return Word(word_.load(std::memory_order_acquire)).state;
}

std::optional<SteadyTime> Breaker::opened_at(const BreakerSettings& settings) const noexcept {
  if (state(settings) != State::kOpen) return {};
  return opening();
}

Breaker::Counts Breaker::counts(const BreakerSettings& settings) const noexcept {
  const Word word(word_.load(std::memory_order_acquire));
  if (word.state == State::kHalfOpen) return {.calls = word.admitted, .failures = 0, .slow = word.slow};
  if (word.state == State::kOpen) return unpacked(opened_by_.load(std::memory_order_relaxed));
  return window_.count(word.epoch, settings.window);
}

std::uint32_t Breaker::changes() const noexcept { return Word(word_.load(std::memory_order_acquire)).epoch; }

void Breaker::reset() noexcept {
  std::uint64_t present = word_.load(std::memory_order_acquire);
  while (!change(present, Word(present).next(State::kClosed))) {
  }
}

}  // namespace causeway::resilience
