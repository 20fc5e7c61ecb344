#include "app/event_host.h"

#include <algorithm>

#include "admin/audit_table.h"
#include "alerts/alert_table.h"
#include "app/reload/config_table.h"
#include "app/replay_tables.h"
#include "app/versions/usage_table.h"
#include "events/register_topics.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::app {
namespace {

const store::Schema* const kSchemas[] = {
    &events::kEventSchema, &events::kSubscriptionSchema, &admin::kAdminSchema, &kConfigSchema,
    &kVersionSchema,       &alerts::kAlertSchema,        &kReplaySchema,       &transactions::kTransactionSchema};
/// What a configuration waits for attempts in flight of subscriptions that it changes.
constexpr Duration kPatience = std::chrono::seconds(60);
/// One that was not reached yet may be about to.
constexpr Duration kPatienceWithoutBus = std::chrono::seconds(1);

}  // namespace

EventHost::EventHost(ProcessState& state, std::span<WorkerContext* const> workers, runtime::Worker& control,
                     telemetry::LogThread& log)
    : state_(state),
      log_(log),
      subscriptions_(state.log, workers, state.metrics, log, state.clock),
      transactions_(state.log, workers, state.metrics, &log),
      control_(control) {
  state_.deliveries = &subscriptions_;
  state_.transactions = &transactions_;
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

bool EventHost::take(const Compiled& compiled, store::Change* also, config::Errors& errors) {
  if (!store_) return true;
  auto shards = events::check_shards(state_.store, *compiled.topics);
  if (!shards) {
    errors.add({}, {}, "the store cannot be read", "store");
    return false;
  }
  for (const events::ShardProblem& wrong : *shards)
    errors.add(wrong.topic->settings.name.position, wrong.topic->settings.name.path, wrong.message, "conflict");
  if (!shards->empty()) return false;
  open_bus(compiled.settings);
  if (auto problem = subscriptions_.take(compiled.subscriptions, compiled.topics, kPatience, also)) {
    errors.add(problem->position, problem->path, std::move(problem->message), problem->code);
    return false;
  }
  if (relay_) relay_->take(compiled.topics);
  if (!retention_) retention_.emplace(state_.log, control_, state_.metrics, log_);
  retention_->take(compiled.topics);
  auto targets = std::make_shared<transactions::Targets>();
  for (const auto& cluster : compiled.clusters) targets->clusters.emplace(*cluster->settings().name, cluster);
  targets->topics = compiled.topics->all();
  targets->signers = compiled.check_signers;
  transactions_.take(std::move(targets));
  if (!asking_ && !transactions_.start()) {
    errors.add({}, {}, "the store cannot be written", "store");
    return false;
  }
  asking_ = true;
  return true;
}

void EventHost::drain() {
  subscriptions_.drain();
  transactions_.drain();
}

bool EventHost::idle() const { return subscriptions_.idle() && transactions_.idle(); }

std::string_view EventHost::bus_state() const {
  const events::Bus* bus = asked_bus_.load(std::memory_order_acquire);
  if (bus == nullptr) return {};
  return bus->reachable() ? "reachable" : "buffering";
}

void EventHost::stop(Duration patience) {
  if (!store_) return;
  retention_.reset();
  subscriptions_.stop();
  transactions_.stop();
  // What stays in the outbox is sent after the next start: a bus that is away is not waited for.
  if (relay_) relay_->stop(bus_->reachable() ? patience : std::min(patience, kPatienceWithoutBus));
  store_->stop();
}

}  // namespace causeway::app
