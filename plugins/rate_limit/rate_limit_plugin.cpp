#include "plugins/rate_limit/rate_limit_plugin.h"

#include <algorithm>
#include <bit>

namespace causeway::plugins {
namespace {

std::int64_t seconds_up(Duration duration) { return std::chrono::ceil<std::chrono::seconds>(duration).count(); }

}  // namespace

std::shared_ptr<RateLimitState> RateLimitRegistry::get(const std::string& name, resilience::Per per,
                                                       const security::ConsumerTable& consumers) {
  const auto forget = [](std::vector<std::weak_ptr<RateLimitState>>& states) {
    std::erase_if(states, [](const auto& state) { return state.expired(); });
    return states.empty();
  };
  // Names that are no more are swept out when their number has doubled: a sweep for each of 10,000 limits takes
  // seconds.
  if (!states_.contains(name) && std::has_single_bit(states_.size()))
    for (auto each = states_.begin(); each != states_.end();)
      each = forget(each->second) ? states_.erase(each) : std::next(each);
  std::vector<std::weak_ptr<RateLimitState>>& known = states_[name];
  // A configuration that was refused is gone by now, and with it what was made for it: the one in use is the newest
  // left.
  forget(known);
  std::vector<std::string> names;
  if (per == resilience::Per::kConsumer)
    for (const security::Consumer& consumer : consumers.all()) names.push_back(consumer.name);
  const bool by_address = per == resilience::Per::kAddress;
  std::shared_ptr<RateLimitState> before = known.empty() ? nullptr : known.back().lock();
  if (before && before->consumers == names && by_address == (before->addresses != nullptr)) return before;

  auto state = std::make_shared<RateLimitState>();
  if (by_address) {
    state->addresses = std::make_unique<resilience::GcraTable>();
  } else if (before && before->dense) {
    state->dense = std::make_unique<resilience::GcraArray>(
        names.size() + 1, *before->dense, [&](std::size_t index) -> std::optional<std::size_t> {
          if (index == names.size()) return before->consumers.size();  // the one for callers without a name
          const auto found = std::find(before->consumers.begin(), before->consumers.end(), names[index]);
          if (found == before->consumers.end()) return std::nullopt;
          return static_cast<std::size_t>(found - before->consumers.begin());
        });
  } else {
    state->dense = std::make_unique<resilience::GcraArray>(names.size() + 1);
  }
  state->consumers = std::move(names);
  known.push_back(state);
  return state;
}

RateLimitPlugin::RateLimitPlugin(const resilience::RateSettings& settings, std::shared_ptr<RateLimitState> state,
                                 telemetry::Counter refused)
    : limit_(settings.limit()), per_(settings.per), state_(std::move(state)), refused_(refused) {
  const std::int64_t window =
      std::max<std::int64_t>(1, seconds_up(limit_.interval * static_cast<std::int64_t>(limit_.burst)));
  policy_ = R"("default";q=)" + std::to_string(limit_.burst) + ";w=" + std::to_string(window);
}

resilience::Decision RateLimitPlugin::admit(const Exchange& exchange) const {
  const SteadyTime now = exchange.worker.now();
  if (per_ == resilience::Per::kAddress) return state_->addresses->admit(limit_, exchange.request.client, now);
  std::size_t index = state_->consumers.size();
  if (per_ == resilience::Per::kConsumer && exchange.consumer != nullptr) index = exchange.consumer->index;
  return (*state_->dense)[index].admit(limit_, now);
}

Step RateLimitPlugin::decide(Exchange& exchange) const {
  const resilience::Decision decision = admit(exchange);
  const std::string left =
      R"("default";r=)" + std::to_string(decision.remaining) + ";t=" + std::to_string(seconds_up(decision.reset_after));
  exchange.response.add_extra(net::HeaderId::kRateLimitPolicy, policy_);
  exchange.response.add_extra(net::HeaderId::kRateLimit, exchange.arena.copy(left));
  if (decision.admitted) return Step::next();
  exchange.context.shard.add(refused_);
  Error error(Code::kRateLimited);
  error.info().retry_after_seconds =
      static_cast<int>(std::clamp<std::int64_t>(seconds_up(decision.retry_after), 1, 86400));
  error.info().reason = "rate_limited";
  return error;
}

}  // namespace causeway::plugins
