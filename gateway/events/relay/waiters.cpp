#include "events/relay/waiters.h"

#include <algorithm>
#include <utility>

#include "events/relay/outbox_queries.h"
#include "runtime/suspension.h"
#include "runtime/timer_wheel.h"

namespace causeway::events {

/// One call. What is told is guarded by the mutex of Waiters; the rest belongs to its worker's thread.
class Waiters::Waiter final : public runtime::TimerHook, public std::enable_shared_from_this<Waiter> {
 public:
  Waiter(runtime::Worker& its_worker, std::size_t count) : worker(its_worker), places(count), missing(count) {}

  void lay_down(std::unique_ptr<runtime::Sleeper> sleeper, Duration patience) {
    sleeper_ = std::move(sleeper);
    worker.arm(*this, worker.now() + patience);
  }
  void wake() {
    disarm();
    if (const auto sleeper = std::move(sleeper_)) sleeper->resume();
  }

  runtime::Worker& worker;
  std::vector<std::optional<BusPlace>> places;
  std::size_t missing;
  bool asleep = false;

 private:
  void on_timer() override {
    worker.post([self = shared_from_this()] { self->wake(); });
  }

  std::unique_ptr<runtime::Sleeper> sleeper_;
};

/// Wakes when it dies, outside of the mutex: one post a worker.
class Waiters::Wakes {
 public:
  Wakes() = default;
  Wakes(const Wakes&) = delete;
  Wakes& operator=(const Wakes&) = delete;
  ~Wakes() {
    for (auto& [worker, waiters] : workers_)
      worker->post([woken = std::move(waiters)] {
        for (const auto& waiter : *woken) waiter->wake();
      });
  }
  void add(std::shared_ptr<Waiter> waiter) {
    auto row = std::ranges::find(workers_, &waiter->worker, &decltype(workers_)::value_type::first);
    if (row == workers_.end()) row = workers_.emplace(row, &waiter->worker, std::make_shared<Group>());
    row->second->push_back(std::move(waiter));
  }

 private:
  using Group = std::vector<std::shared_ptr<Waiter>>;
  std::vector<std::pair<runtime::Worker*, std::shared_ptr<Group>>> workers_;
};

/// In the frame of whoever waits: when it leaves, however it does, nobody looks for it any more.
class Waiters::Registration {
 public:
  Registration(Waiters& waiters, runtime::Worker& worker, const Topic& topic, std::span<const Receipt> receipts)
      : waiters_(waiters), waiter_(std::make_shared<Waiter>(worker, receipts.size())) {
    const std::lock_guard lock(waiters_.mutex_);
    const std::uint32_t number = waiters_.number_in(topic.name());
    keys_.reserve(receipts.size());
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      const Shard shard{number, receipts[i].shard};
      const Key& key = keys_.emplace_back(Key{shard, receipts[i].position});
      waiters_.places_.emplace(key, Place{waiter_, i});
      const auto low = waiters_.lows_.find({shard, 0});
      may_be_down_ |= receipts[i].duplicate || (low != waiters_.lows_.end() && key.position <= low->second);
    }
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() {
    const std::lock_guard lock(waiters_.mutex_);
    for (const Key& key : keys_) {
      const auto [begin, end] = waiters_.places_.equal_range(key);
      for (auto place = begin; place != end;)
        place = place->second.waiter == waiter_ ? waiters_.places_.erase(place) : std::next(place);
    }
  }

  bool may_be_down() const { return may_be_down_; }
  const std::shared_ptr<Waiter>& waiter() const { return waiter_; }

  void found(const std::vector<ReadPlaces::Answer>& answers) {
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < answers.size(); ++i)
      if (answers[i].ended) outcomes.push_back({keys_[i].shard, keys_[i].position, answers[i].place});
    waiters_.tell(outcomes);
  }
  /// Must it sleep? From then on it is woken.
  bool falls_asleep() {
    const std::lock_guard lock(waiters_.mutex_);
    return waiter_->asleep = waiter_->missing > 0 && !waiters_.closed_;
  }
  std::vector<std::optional<BusPlace>> places() {
    const std::lock_guard lock(waiters_.mutex_);
    return waiter_->places;
  }

 private:
  Waiters& waiters_;
  const std::shared_ptr<Waiter> waiter_;
  std::vector<Key> keys_;
  bool may_be_down_ = false;
};

Waiters::Waiters(store::Store& store) : store_(store) {}

Waiters::~Waiters() = default;

std::uint32_t Waiters::number_of(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  return number_in(topic);
}

std::uint32_t Waiters::number_in(std::string_view topic) {
  const auto known = numbers_.find(topic);
  if (known != numbers_.end()) return known->second;
  return numbers_.emplace(topic, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

void Waiters::tell(std::span<const Outcome> outcomes) {
  if (outcomes.empty()) return;
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  tell_in(outcomes, wakes);
}

void Waiters::settled(std::span<const Outcome> outcomes, std::span<const Low> lows) {
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  for (const Low& low : lows) lows_[{low.shard, 0}] = low.position;
  tell_in(outcomes, wakes);
}

void Waiters::tell_in(std::span<const Outcome> outcomes, Wakes& wakes) {
  if (places_.empty()) return;
  for (const Outcome& outcome : outcomes) {
    const auto [begin, end] = places_.equal_range({outcome.shard, outcome.position});
    for (auto place = begin; place != end; place = places_.erase(place)) {
      Waiter& waiter = *place->second.waiter;
      waiter.places[place->second.index] = outcome.place;
      if (--waiter.missing == 0 && waiter.asleep) wakes.add(place->second.waiter);
    }
  }
}

Task<std::vector<std::optional<BusPlace>>> Waiters::wait(runtime::Worker& worker, const Topic& topic,
                                                         std::span<const Receipt> receipts, Duration patience) {
  Registration registration(*this, worker, topic, receipts);
  if (registration.may_be_down()) {
    ReadPlaces read;
    read.topic = topic.name();
    read.receipts.assign(receipts.begin(), receipts.end());
    Result<> asked = co_await store_.query(worker, read);
    if (asked) registration.found(read.answers);
  }
  if (registration.falls_asleep())
    co_await runtime::suspend([&registration, patience](std::unique_ptr<runtime::Sleeper> sleeper) {
      registration.waiter()->lay_down(std::move(sleeper), patience);
    });
  co_return registration.places();
}

void Waiters::close() {
  Wakes wakes;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [key, place] : places_)
    if (std::exchange(place.waiter->asleep, false)) wakes.add(place.waiter);
  places_.clear();
}

}  // namespace causeway::events
