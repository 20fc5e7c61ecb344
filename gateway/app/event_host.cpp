#include "app/event_host.h"

#include <algorithm>

#include "admin/audit_table.h"
#include "events/register_topics.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::app {
namespace {

const store::Schema* const kSchemas[] = {&events::kEventSchema, &events::kSubscriptionSchema, &admin::kAdminSchema};
/// One that was not reached yet may be about to.
constexpr Duration kPatienceWithoutBus = std::chrono::seconds(1);

}  // namespace

EventHost::EventHost(ProcessState& state, std::span<WorkerContext* const> workers, runtime::Worker& control,
                     telemetry::LogThread& log)
    : state_(state), log_(log), subscriptions_(state.log, workers, state.metrics, log, state.clock), control_(control) {
  state_.deliveries = &subscriptions_;
}

EventHost::~EventHost() {
  stop();
  state_.log.use(nullptr);
}

std::string EventHost::open(const Settings& settings) {
  if (!settings.wants_store() || store_) return {};
  store_ = std::make_unique<store::SqliteStore>(settings.store.value_or(store::StoreSettings()), state_.clock,
                                                state_.metrics, log_);
  std::string problem = store_->open(kSchemas);
  if (!problem.empty()) {
    store_.reset();
    return "store: " + problem;
  }
  state_.store.open(*store_);
  return {};
}

void EventHost::open_bus(const Settings& settings) {
  if (!settings.bus.kafka || bus_) return;
  bus_ = std::make_unique<kafka::KafkaBus>(*settings.bus.kafka, settings.node.id, state_.metrics, log_);
  asked_bus_.store(bus_.get(), std::memory_order_release);
  subscriptions_.use_bus(bus_.get());
  relay_.emplace(state_.log, *bus_, state_.metrics, log_);
  state_.log.use(&*relay_);
}

std::string EventHost::take(const Compiled& compiled) {
  std::string problem = open(compiled.settings);
  if (!problem.empty() || !store_) return problem;
  auto shards = events::check_shards(state_.store, *compiled.topics);
  if (!shards) return "the store cannot be read";
  for (const events::ShardProblem& wrong : *shards)
    problem += wrong.topic->settings.name.position.to_text() + ": " + wrong.topic->settings.name.path + ": " +
               wrong.message + '\n';
  if (!problem.empty()) return problem;
  open_bus(compiled.settings);
  problem = subscriptions_.take(compiled.subscriptions, compiled.topics);
  if (!problem.empty()) return problem;
  if (relay_) relay_->take(compiled.topics);
  if (!retention_) retention_.emplace(state_.log, control_, state_.metrics, log_);
  retention_->take(compiled.topics);
  return {};
}

void EventHost::drain() { subscriptions_.drain(); }

bool EventHost::idle() const { return subscriptions_.idle(); }

std::string_view EventHost::bus_state() const {
  const events::Bus* bus = asked_bus_.load(std::memory_order_acquire);
  if (bus == nullptr) return {};
  return bus->reachable() ? "reachable" : "buffering";
}

void EventHost::stop(Duration patience) {
  if (!store_) return;
  retention_.reset();
  subscriptions_.stop();
  // What stays in the outbox is sent after the next start: a bus that is away is not waited for.
  if (relay_) relay_->stop(bus_->reachable() ? patience : std::min(patience, kPatienceWithoutBus));
  store_->stop();
}

}  // namespace causeway::app
