#include "upstream/endpoint_set.h"

#include <algorithm>
#include <cmath>

#include "upstream/schedule.h"

namespace causeway::upstream {
namespace {

PoolLimits pool_limits(const LimitsSettings& limits) {
  return {limits.connections, limits.idle_connections, limits.idle_timeout};
}

}  // namespace

/// What streams has a connection; an attempt may have none yet.
std::size_t EndpointSet::Member::in_flight() const {
  const std::size_t open = endpoint->open();
  const std::size_t idle = endpoint->idle();
  return std::max<std::size_t>(state->active(), open > idle ? open - idle : 0);
}

EndpointSet::EndpointSet(const ClusterSettings& settings, EndpointRegistry& registry, EndpointStates& states,
                         std::size_t workers, telemetry::Metrics& metrics,
                         const std::shared_ptr<const net::TlsClient>& tls)
    : rule_(settings.load_balancing), outlier_(settings.outlier_detection), turns_(workers) {
  std::vector<std::uint32_t> weights;
  for (const EndpointSettings& endpoint : settings.endpoints) {
    std::shared_ptr<const Endpoint> shared =
        registry.get({endpoint.address, *settings.name, pool_limits(settings.limits), tls});
    const telemetry::LabelId label = metrics.intern(shared->name());
    std::shared_ptr<EndpointState> state = states.get(shared->name());
    members_.push_back({std::move(shared), std::move(state), endpoint.weight, label});
    weights.push_back(endpoint.weight);
  }
  schedule_ = interleave(weights);
  // Workers begin apart, so that a system with little traffic does not get it all at its first endpoint.
  for (std::size_t worker = 0; worker < workers; ++worker) {
    turns_[worker].next = worker * schedule_.size() / workers;
    turns_[worker].draws = worker << 32;
  }
}

/// One pick, on one worker.
class EndpointSet::Picking {
 public:
  Picking(const EndpointSet& set, Turn& turn, SteadyTime now, const Tried& tried)
      : set_(set), turn_(turn), now_(now), tried_(tried) {}

  std::size_t by_turn() {
    // Standing in for another is not its own turn: else of two, the dead one would have each call first.
    if (any_tried()) return by_weight(best_choice());
    const std::size_t chosen = scheduled();
    return fits(chosen) ? chosen : by_weight(best_choice());
  }

  std::size_t by_load() {
    if (set_.size() > kLookAtAll) {
      for (int i = 0; i < kPairs; ++i)
        if (const auto better = better_of_two()) return *better;
    }
    const std::optional<std::size_t> chosen = least_busy();
    if (chosen) return *chosen;
    choice_ = best_choice();
    // Whoever fitted a moment ago may have been ejected since.
    return least_busy().value_or(turn_.next % set_.size());
  }

 private:
  static constexpr int kPairs = 3;

  const Member& member(std::size_t index) const { return set_.members_[index]; }

  bool fits(std::size_t index) const {
    const bool well = choice_ > Choice::kWell || member(index).state->well(now_);
    const bool untried = choice_ == Choice::kWell || choice_ == Choice::kAnybody || !tried_.has(index);
    return well && untried;
  }

  bool any_tried() const {
    for (std::size_t i = 0; i < set_.size(); ++i)
      if (tried_.has(i)) return true;
    return false;
  }

  /// The best that somebody fits.
  Choice best_choice() const {
    Choice best = Choice::kAnybody;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      const bool well = member(i).state->well(now_);
      const bool untried = !tried_.has(i);
      if (well && untried) return Choice::kWellUntried;
      if (well) best = Choice::kWell;
      else if (untried && best == Choice::kAnybody) best = Choice::kUntried;
    }
    return best;
  }

  std::size_t scheduled() {
    const std::uint32_t chosen = set_.schedule_[turn_.next];
    turn_.next = turn_.next + 1 == set_.schedule_.size() ? 0 : turn_.next + 1;
    return chosen;
  }

  /// Below `bound`: evenly spread over the draws.
  std::uint64_t draw(std::uint64_t bound) {
    std::uint64_t mixed = ++turn_.draws * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93u;
    return (mixed >> 32) * bound >> 32;
  }

  /// So that what one leaves goes to all the others, not to its neighbour in the schedule.
  std::size_t by_weight(Choice choice) {
    choice_ = choice;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < set_.size(); ++i)
      if (fits(i)) total += member(i).weight;
    std::uint64_t left = draw(total);
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!fits(i)) continue;
      chosen = i;
      if (left < member(i).weight) break;
      left -= member(i).weight;
    }
    return chosen;
  }

  struct Load {
    std::uint64_t calls;
    std::uint64_t weight;
    bool less_than(const Load& other) const { return calls * other.weight < other.calls * weight; }
  };
  /// Nobody is less than idle, whatever his weight: then they take turns by it.
  Load load(std::size_t index) const { return {member(index).in_flight(), member(index).weight}; }

  std::optional<std::size_t> better_of_two() {
    const std::size_t a = draw(set_.size());
    const std::size_t b = (a + 1 + draw(set_.size() - 1)) % set_.size();
    if (!fits(a) || !fits(b)) return fits(a) ? std::optional(a) : fits(b) ? std::optional(b) : std::nullopt;
    return load(b).less_than(load(a)) ? b : a;
  }

  /// Those that are equal take turns.
  std::optional<std::size_t> least_busy() {
    const std::size_t first = scheduled();
    std::optional<std::size_t> best;
    Load best_load{};
    for (std::size_t i = 0; i < set_.size(); ++i) {
      const std::size_t index = first + i < set_.size() ? first + i : first + i - set_.size();
      if (!fits(index)) continue;
      const Load its = load(index);
      if (best && !its.less_than(best_load)) continue;
      best = index;
      best_load = its;
    }
    return best;
  }

  const EndpointSet& set_;
  Turn& turn_;
  const SteadyTime now_;
  const Tried& tried_;
  Choice choice_ = Choice::kWellUntried;
};

std::size_t EndpointSet::pick(const runtime::Worker& worker, SteadyTime now, const Tried& tried) const {
  if (members_.size() == 1) return 0;
  Picking picking(*this, turns_[worker.index()], now, tried);
  return rule_ == LoadBalancing::kRoundRobin ? picking.by_turn() : picking.by_load();
}

void EndpointSet::begin(const runtime::Worker& worker, std::size_t index) const {
  members_[index].state->begin(worker.index());
}

void EndpointSet::end(const runtime::Worker& worker, std::size_t index, Verdict verdict, SteadyTime now) const {
  EndpointState& state = *members_[index].state;
  state.end(worker.index());
  if (!outlier_ || verdict == Verdict::kNothing) return;
  if (verdict == Verdict::kWell) state.succeeded();
  // What was in flight when it was ejected says nothing new.
  else if (!state.ejected(now) && state.failed(outlier_->consecutive_failures)) consider_ejection(index, now);
}

std::size_t EndpointSet::most_ejected(std::size_t endpoints, config::Percent share) {
  if (endpoints < 2) return 0;
  const auto most = static_cast<std::size_t>(std::floor(static_cast<double>(endpoints) * share.fraction() + 1e-9));
  return std::max<std::size_t>(most, 1);
}

/// Where it may not be ejected now, its next failure asks again.
void EndpointSet::consider_ejection(std::size_t index, SteadyTime now) const {
  EndpointState& state = *members_[index].state;
  if (!state.turn().take()) return;
  const auto ejected = std::ranges::count_if(members_, [now](const Member& each) { return each.state->ejected(now); });
  if (!state.ejected(now) && static_cast<std::size_t>(ejected) < most_ejected(members_.size(), outlier_->max_ejected))
    state.eject_for_failures(now + outlier_->ejection);
  state.turn().give();
}

}  // namespace causeway::upstream
