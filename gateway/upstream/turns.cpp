#include "upstream/turns.h"

namespace causeway::upstream {

/// Lives in the coroutine that waits. On its worker.
class Turns::Waiter {
 public:
  Waiter(Turns& turns, runtime::Worker& worker, Line line)
      : wait(worker),
        turns_(turns),
        worker_(worker),
        waiting_(turns.places_[worker.index()][line]),
        since_(worker.now().time_since_epoch().count()) {
    before_ = waiting_.last;
    (before_ != nullptr ? before_->after_ : waiting_.first) = this;
    waiting_.last = this;
    waiting_.count.fetch_add(1, std::memory_order_relaxed);
    if (before_ == nullptr) waiting_.since.store(since_);
    in_line_ = true;
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  /// Also when the coroutine is taken apart: a turn that it was granted and never learnt of goes back.
  ~Waiter() {
    leave();
    if (granted_) turns_.give(worker_);
  }

  void leave() {
    if (!std::exchange(in_line_, false)) return;
    (before_ != nullptr ? before_->after_ : waiting_.first) = after_;
    (after_ != nullptr ? after_->before_ : waiting_.last) = before_;
    waiting_.count.fetch_sub(1, std::memory_order_relaxed);
    if (before_ == nullptr) waiting_.since.store(after_ != nullptr ? after_->since_ : INT64_MAX);
  }
  void grant() {
    granted_ = true;
    wait.wake();
  }
  /// The turn is the caller's from now on.
  bool take_granted() { return std::exchange(granted_, false); }

  Wait wait;

 private:
  Turns& turns_;
  runtime::Worker& worker_;
  Waiting& waiting_;
  const std::int64_t since_;
  Waiter* before_ = nullptr;
  Waiter* after_ = nullptr;
  bool in_line_ = false;
  bool granted_ = false;
};

Turns::Turns(std::span<runtime::Worker* const> workers) : workers_(workers), places_(workers.size()) {}

// `taken_` and `since` are sequentially consistent: whoever waits looks for a free turn after saying so, whoever gives
// a turn looks for waiters after giving it, and one of the two sees the other.
bool Turns::try_take(std::uint32_t limit) {
  std::uint32_t taken = taken_.load();
  while (taken < limit)
    if (taken_.compare_exchange_weak(taken, taken + 1)) return true;
  return false;
}

bool Turns::callers_wait() const {
  for (const Place& place : places_)
    if (place.lines[static_cast<std::size_t>(Line::kCallers)].since.load() != INT64_MAX) return true;
  return false;
}

Task<Wait::End> Turns::take(runtime::Worker& worker, std::uint32_t limit, Line line, SteadyTime until,
                            runtime::Cancel* cancel) {
  if (limit_.load(std::memory_order_relaxed) != limit) limit_.store(limit, std::memory_order_relaxed);
  if (cancel != nullptr && cancel->requested()) co_return Wait::End::kCancelled;
  Place& place = places_[worker.index()];
  const bool others_first = place[line].first != nullptr || (line == Line::kDeliveries && callers_wait());
  if (!others_first && try_take(limit)) co_return Wait::End::kWoken;
  if (until <= worker.now()) co_return Wait::End::kTimeout;
  Waiter waiter(*this, worker, line);
  serve(worker.index());
  co_await waiter.wait.sleep(until, cancel);
  // Of several who leave together one gives its turn to the next, who is told of its own leaving only then, when its
  // wait has ended already. The turn goes back with the waiter.
  if (cancel != nullptr && cancel->requested()) co_return Wait::End::kCancelled;
  if (waiter.take_granted()) co_return Wait::End::kWoken;
  co_return waiter.wait.end();
}

void Turns::give(runtime::Worker& worker) noexcept {
  taken_.fetch_sub(1);
  call_next(worker.index());
}

std::optional<std::size_t> Turns::next() const {
  for (const Line line : {Line::kCallers, Line::kDeliveries}) {
    std::optional<std::size_t> first;
    std::int64_t longest = INT64_MAX;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::int64_t since = places_[i].lines[static_cast<std::size_t>(line)].since.load();
      if (since >= longest) continue;
      longest = since;
      first = i;
    }
    if (first) return first;
  }
  return {};
}

void Turns::call_next(std::size_t here) noexcept {
  const std::optional<std::size_t> worker = next();
  if (!worker) return;
  if (*worker == here) return serve(here);
  if (places_[*worker].called.exchange(true)) return;
  workers_[*worker]->post([self = shared_from_this(), there = *worker] { self->serve(there); });
}

void Turns::serve(std::size_t worker) {
  Place& place = places_[worker];
  place.called.store(false);
  for (const Line line : {Line::kCallers, Line::kDeliveries}) {
    while (Waiter* const first = place[line].first) {
      if (first->wait.ended()) {
        first->leave();
        continue;
      }
      if (line == Line::kDeliveries && callers_wait()) return call_next(worker);
      // By the limit of the newest configuration: one who came under an older one must not hold up the line.
      if (!try_take(limit_.load(std::memory_order_relaxed))) return;
      first->leave();
      first->grant();
    }
  }
  // Nobody is left here. If a turn still is, it may be what this worker was called for.
  if (taken_.load() < limit_.load(std::memory_order_relaxed)) call_next(worker);
}

std::uint32_t Turns::waiting() const {
  std::uint32_t count = 0;
  for (const Place& place : places_)
    for (const Waiting& waiting : place.lines) count += waiting.count.load(std::memory_order_relaxed);
  return count;
}

}  // namespace causeway::upstream
