#include "app/event_host.h"

#include "admin/audit_table.h"
#include "events/register_topics.h"
#include "events/subscription/subscription_tables.h"

namespace causeway::app {
namespace {

const store::Schema* const kSchemas[] = {&events::kEventSchema, &events::kSubscriptionSchema, &admin::kAdminSchema};

}  // namespace

EventHost::EventHost(ProcessState& state, std::span<WorkerContext* const> workers, runtime::Worker& control,
                     telemetry::LogThread& log)
    : state_(state), log_(log), subscriptions_(state.log, workers, state.metrics, log, state.clock), control_(control) {
  state_.deliveries = &subscriptions_;
}

EventHost::~EventHost() { stop(); }

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

std::string EventHost::take(const Compiled& compiled) {
  std::string problem = open(compiled.settings);
  if (!problem.empty() || !store_) return problem;
  auto shards = events::check_shards(state_.store, *compiled.topics);
  if (!shards) return "the store cannot be read";
  for (const events::ShardProblem& wrong : *shards)
    problem += wrong.topic->settings.name.position.to_text() + ": " + wrong.topic->settings.name.path + ": " +
               wrong.message + '\n';
  if (!problem.empty()) return problem;
  problem = subscriptions_.take(compiled.subscriptions, compiled.topics);
  if (!problem.empty()) return problem;
  if (!retention_) retention_.emplace(state_.log, control_, state_.metrics, log_);
  retention_->take(compiled.topics);
  return {};
}

void EventHost::drain() { subscriptions_.drain(); }

bool EventHost::idle() const { return subscriptions_.idle(); }

void EventHost::stop() {
  if (!store_) return;
  retention_.reset();
  subscriptions_.stop();
  store_->stop();
}

}  // namespace causeway::app
