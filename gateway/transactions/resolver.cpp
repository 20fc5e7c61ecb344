#include "transactions/resolver.h"

#include <algorithm>
#include <utility>

#include "core/crash_point.h"

namespace causeway::transactions {
namespace {

constexpr std::string_view kUnresolved = "transaction_unresolved";
constexpr std::string_view kContradiction = "transaction_contradiction";
constexpr std::size_t kSlice = 1000;
constexpr Duration kSoonest = std::chrono::milliseconds(5);

telemetry::Counter counter(telemetry::Metrics& metrics, const char* result) {
  return metrics.counter("causeway_transaction_checks_total",
                         "Checks in the background: of calls, and of systems' half messages, by what came of them.",
                         {{"result", result}});
}

}  // namespace

/// What there is to do, and how much is open.
class Resolver::Due final : public store::Query {
 public:
  Due(WallTime now, std::size_t room, std::set<std::int64_t> in_hand)
      : now_(now), room_(room), in_hand_(std::move(in_hand)) {}
  Result<> run(store::Session& session) override {
    halves = tables::due_halves(session, unix_milliseconds(now_), room_ + in_hand_.size(), in_hand_);
    next = tables::next_due(session);
    prepared = tables::count_open(session, HalfState::kPrepared);
    unresolved = tables::unresolved_by_route(session);
    return {};
  }
  std::vector<tables::Half> halves;
  std::optional<std::int64_t> next;
  std::int64_t prepared = 0;
  std::vector<std::pair<std::string, std::int64_t>> unresolved;

 private:
  const WallTime now_;
  const std::size_t room_;
  const std::set<std::int64_t> in_hand_;  ///< they are among the longest due
};

class Resolver::Sweep final : public store::Change {
 public:
  explicit Sweep(WallTime now) : now_(now) {}
  Kind kind() const override { return Kind::kUpkeep; }
  Result<> apply(store::Session& session) override {
    swept =
        tables::sweep(session, unix_milliseconds(now_),
                      unix_milliseconds(now_ - std::chrono::duration_cast<WallTime::duration>(kHalvesKept)), kSlice);
    return {};
  }
  std::int64_t swept = 0;

 private:
  const WallTime now_;
};

Resolver::Resolver(Transactions& transactions, WorkerContext& context, telemetry::Metrics& metrics,
                   telemetry::LogThread* lines)
    : transactions_(transactions),
      context_(context),
      lines_(lines),
      committed_(counter(metrics, "done")),
      rolled_back_(counter(metrics, "absent")),
      unresolved_(counter(metrics, "unresolved")),
      asked_again_(counter(metrics, "again")) {
  clock_watch_.look(context.worker.clock().wall(), context.worker.clock().steady());  // from now on
  const auto collect = [&](const char* state, auto member) {
    collected_.push_back(metrics.collect_gauge(
        "causeway_transactions", "Half messages that are open: prepared, or unresolved until a person decides.",
        {{"state", state}}, [gauges = gauges_, member] { return static_cast<double>((*gauges).*member); }));
  };
  collect("prepared", &Gauges::prepared);
  collect("unresolved", &Gauges::unresolved);
}

void Resolver::start() {
  started_ = true;
  wake();
}

void Resolver::drain() {
  draining_ = true;
  wake();
}

void Resolver::stop() {
  if (stopped_.exchange(true) || !started_) return;
  draining_ = true;
  collected_.clear();
  context_.worker.post([self = shared_from_this()] { self->alarm_.disarm(); });
}

void Resolver::wake() noexcept {
  if (!started_ || stopped_ || woken_.exchange(true)) return;
  context_.worker.post([self = shared_from_this()] {
    self->woken_ = false;
    self->look();
  });
}

void Resolver::look() {
  if (stopped_) return;
  if (looking_) {
    look_again_ = true;
    return;
  }
  looking_ = true;
  context_.worker.spawn(look_around(shared_from_this()));
}

Task<> Resolver::look_around(Self self) {
  do {
    self->look_again_ = false;
    self->context_.worker.refresh_clock();
    const WallTime wall = self->context_.worker.clock().wall();
    self->clock_watch_.look(wall, self->context_.worker.now());
    if (const Duration gained = self->clock_watch_.gained(); gained > Duration::zero()) {
      ShiftAttempts shift(gained);
      Result<> shifted = co_await self->transactions_.store().commit(self->context_.worker, shift);
      if (self->stopped_) co_return;
      if (shifted) self->clock_watch_.shifted(gained);
    }
    if (self->clock_watch_.is_behind()) {
      HurryChecks hurry(wall);
      Result<> hurried = co_await self->transactions_.store().commit(self->context_.worker, hurry);
      if (self->stopped_) co_return;
      if (hurried) self->clock_watch_.caught_up();
    }
    const std::size_t room = self->draining_ ? 0 : kAtOnce - std::min(kAtOnce, self->checking_.size());
    Due due(self->context_.worker.clock().wall(), room, self->checking_);
    Result<> found = co_await self->transactions_.store().query(self->context_.worker, due);
    if (self->stopped_) co_return;
    if (found) {
      self->show(due);
      for (tables::Half& half : due.halves) {
        if (self->draining_ || self->checking_.size() >= kAtOnce) break;
        if (!self->checking_.insert(half.id).second) continue;
        ++self->in_flight_;
        self->context_.worker.spawn(check(self, std::move(half)));
      }
    }
    self->arm(found ? &due : nullptr);
  } while (self->look_again_);
  self->looking_ = false;
  self->context_.worker.refresh_clock();
  if (!self->draining_ && self->context_.worker.now() >= self->next_sweep_) {
    self->next_sweep_ = self->context_.worker.now() + kSweep;
    self->context_.worker.spawn(sweep(self));
  }
  bool insisted = false;
  {
    const std::lock_guard lock(self->mutex_);
    insisted = !self->insisted_.empty();
  }
  if (insisted && !self->insisting_) {
    self->insisting_ = true;
    self->context_.worker.spawn(insist_again(self));
  }
}

void Resolver::arm(const Due* due) {
  context_.worker.refresh_clock();
  Duration wait = kLook;
  const bool full = checking_.size() >= kAtOnce;
  if (due != nullptr && due->next && !draining_ && !full) {
    const WallTime next{std::chrono::milliseconds(*due->next)};
    // One that is due and in flight already is looked at when it comes back.
    const WallTime now = context_.worker.clock().wall();
    if (next > now || checking_.empty()) wait = std::min<Duration>(wait, std::max<Duration>(next - now, kSoonest));
  }
  if (!stopped_) context_.worker.arm(alarm_, context_.worker.now() + wait);
}

Task<> Resolver::check(Self self, tables::Half half) {
  const std::int64_t id = half.id;
  CAUSEWAY_CRASH_POINT("resolver-claimed");
  const SteadyTime deadline =
      self->context_.worker.clock().steady() + std::chrono::hours(1);  // its own timeout is less
  Settled settled = co_await self->transactions_.check(self->context_, std::move(half), deadline);
  CAUSEWAY_CRASH_POINT("resolver-settled");
  telemetry::Shard& shard = self->context_.shard;
  switch (settled.what) {
    case CheckDecision::What::kDone:
      shard.add(self->committed_);
      break;
    case CheckDecision::What::kAbsent:
      shard.add(self->rolled_back_);
      break;
    case CheckDecision::What::kUnresolved:
      shard.add(self->unresolved_);
      break;
    case CheckDecision::What::kAgain:
      shard.add(self->asked_again_);
      break;
  }
  // It may be due as it was: whatever keeps it so, the system is not asked in a circle.
  const bool as_it_was = settled.unwritten || settled.overtaken;
  if (as_it_was && !self->draining_) co_await runtime::sleep_for(self->context_.worker, kAgain);
  self->checking_.erase(id);
  --self->in_flight_;
  self->look();
}

Task<> Resolver::insist_again(Self self) {
  for (;;) {
    std::unique_ptr<EndCall> end;
    {
      const std::lock_guard lock(self->mutex_);
      if (self->insisted_.empty()) break;
      end = std::move(self->insisted_.front());
      self->insisted_.erase(self->insisted_.begin());  // one that fails again goes behind the others
    }
    Result<> committed = co_await self->transactions_.commit(self->context_, *end);
    if (committed) continue;
    const std::lock_guard lock(self->mutex_);
    self->insisted_.push_back(std::move(end));
    break;  // again with the next look
  }
  self->insisting_ = false;
}

void Resolver::insist(std::unique_ptr<EndCall> end) noexcept {
  {
    const std::lock_guard lock(mutex_);
    insisted_.push_back(std::move(end));
  }
  wake();
}

Task<> Resolver::sweep(Self self) {
  for (;;) {
    Sweep change(self->context_.worker.clock().wall());
    Result<> swept = co_await self->transactions_.store().commit(self->context_.worker, change);
    if (!swept || change.swept < static_cast<std::int64_t>(kSlice) || self->draining_) co_return;
  }
}

void Resolver::show(const Due& due) {
  std::int64_t unresolved = 0;
  for (const auto& [route, count] : due.unresolved) unresolved += count;
  gauges_->prepared = due.prepared;
  gauges_->unresolved = unresolved;
  if (alerts_ != nullptr) settle_alerts(due);
}

/// An alert ends when a person, or a late answer, has settled the last one of its route.
void Resolver::settle_alerts(const Due& due) {
  const auto still = [&due](const std::string& route) {
    return std::ranges::any_of(due.unresolved, [&route](const auto& row) { return row.first == route; });
  };
  for (const auto& [route, count] : due.unresolved)
    alerts_->raise(kUnresolved, {{"route", route}},
                   std::to_string(count) + (count == 1 ? " transaction is" : " transactions are") +
                       " unresolved: see GET /transactions?state=unresolved");
  for (const telemetry::Labels& labels : alerts_->firing(kUnresolved))
    for (const auto& [name, value] : labels)
      if (name == "route" && !still(value)) alerts_->resolve(kUnresolved, labels);
  const SteadyTime now = context_.worker.now();
  const std::lock_guard lock(mutex_);
  if (!std::exchange(looked_before_, true))  // those of the last process are shown for a while
    for (const telemetry::Labels& labels : alerts_->firing(kContradiction))
      for (const auto& [name, value] : labels)
        if (name == "route") contradictions_.emplace(value, now);
  std::erase_if(contradictions_, [&](const auto& shown) {
    if (now - shown.second < kContradictionShown) return false;
    alerts_->resolve(kContradiction, {{"route", shown.first}});
    return true;
  });
}

void Resolver::tell_unresolved(const std::string& route, const std::string& why) {
  if (lines_ != nullptr)
    lines_->write(telemetry::Level::kWarn, "transaction_unresolved", {{"route", route}, {"reason", why}});
  wake();
}

void Resolver::tell_unasked(const tables::Half& half, const std::string& why) {
  if (lines_ == nullptr) return;
  lines_->write(telemetry::Level::kWarn, "transaction_unasked",
                {{"route", half.route}, {"txid", half.txid}, {"reason", why}});
}

void Resolver::note_contradiction(const std::string& route) {
  const std::lock_guard lock(mutex_);
  contradictions_[route] = context_.worker.clock().steady();
}

void Resolver::count(const events::Append& append) {
  context_.worker.post(
      [self = shared_from_this(), append] { self->transactions_.log().appended(self->context_.shard, append); });
}

}  // namespace causeway::transactions
