#include "simulation/process.h"

#include <fmt/format.h>

#include "simulation/sim_call.h"
#include "transactions/prepare_half.h"

namespace causeway::simulation {

using namespace transactions;

namespace {

class Sweep final : public store::Change {
 public:
  Sweep(WallTime now, Facts& facts) : now_(now), facts_(facts) {}
  Result<> apply(store::Session& session) override {
    constexpr std::int64_t kDay = 24 * 60 * 60 * 1000;
    tables::sweep(session, unix_milliseconds(now_), unix_milliseconds(now_) - kDay, 1000);
    facts_.sweeping();
    return {};
  }

 private:
  const WallTime now_;
  Facts& facts_;
};

constexpr std::size_t kAtOnce = 3;

}  // namespace

void Process::start() {
  started_ = parts().timeline.now();
  clock_is_behind();
  AdoptHalves adopt(parts().timeline.wall());
  if (!around_.store.commit_now(adopt)) parts().facts.fail("nothing can be adopted");
  after(parts().dice.between(1, 50), [this] { resolve(); });
  after(parts().dice.between(100, 900), [this] { sweep(); });
}

/// As events::new_event_id makes them, but for chance: the time, and a number.
std::string Process::new_txid() {
  const std::int64_t now = unix_milliseconds(parts().timeline.wall());
  return fmt::format("{:08x}-{:04x}-7000-8000-{:012d}", now >> 16, now & 0xffff, ++around_.numbers);
}

std::string Process::render(std::string_view result) {
  return fmt::format(R"({{"code":0,"data":{},"requestId":"{}"}})", result, ++around_.numbers);
}

void Process::after(std::int64_t delay, std::function<void()> action) {
  parts().timeline.after(delay, [self = shared_from_this(), action = std::move(action)] {
    if (self->alive_) action();
  });
}

void Process::commit(std::shared_ptr<store::Change> change, SimStore::Done done) {
  around_.store.commit(std::move(change), [self = shared_from_this(), done = std::move(done)](Result<> result) {
    if (self->alive_) done(std::move(result));
  });
}

void Process::serve(const Request& request, std::function<void(Reply)> answer) {
  const bool seen = nonces_.contains(request.nonce);
  // Whatever was signed before the start may have been used on the process that is gone.
  if (!seen && request.signed_at <= started_) return answer({.code = 40193});
  nonces_.insert(request.nonce);
  const auto rules = around_.rules[static_cast<std::size_t>(request.route)];
  if (seen && !rules->keyed) return answer({.code = 40194});
  ++calls_;
  std::make_shared<SimCall>(shared_from_this(), rules, request, seen, std::move(answer))->begin();
}

void Process::resolve() {
  const WallTime wall = parts().timeline.wall();
  if (clock_is_behind())
    commit(std::make_shared<HurryChecks>(wall), [this](const Result<>& hurried) {
      if (hurried) clock_watch_.caught_up();
    });
  const std::int64_t now = unix_milliseconds(wall);
  const auto due =
      around_.store.read([&](store::Session& session) { return tables::due_halves(session, now, kAtOnce * 2); });
  for (const Half& half : due) {
    if (checking_.size() >= kAtOnce) break;
    if (!checking_.insert(half.id).second) continue;
    after(parts().dice.between(0, 15), [this, half] {
      check(half, parts().timeline.now() + 400, [this, half](const Settled&) { checking_.erase(half.id); });
    });
  }
  insist_again();
  after(parts().dice.between(20, 100), [this] { resolve(); });
}

void Process::sweep() {
  commit(std::make_shared<Sweep>(parts().timeline.wall(), parts().facts), [](const Result<>&) {});
  after(parts().dice.between(500, 900), [this] { sweep(); });
}

bool Process::clock_is_behind() {
  clock_watch_.look(parts().timeline.wall(), SteadyTime(std::chrono::milliseconds(parts().timeline.now())));
  return clock_watch_.is_behind();
}

void Process::prepare(Half half, std::function<void(std::optional<std::string>)> told) {
  const auto change = std::make_shared<PrepareHalf>(std::move(half));
  commit(change, [this, change, told = std::move(told)](const Result<>& result) {
    if (!result && result.error().code() == Code::kConflictingPayload) return;
    if (!result) return told(std::nullopt);
    parts().note(
        [&] { return fmt::format("{} prepared {} as {}", boot_, change->half().transaction_id, change->half().txid); });
    told(change->half().txid);
  });
}

void Process::insist_again() {
  for (auto& end : std::exchange(insisted_, {}))
    commit(end, [this, end](const Result<>& result) {
      if (!result && result.error().code() == Code::kStoreRefused) insisted_.push_back(end);
    });
}

}  // namespace causeway::simulation
