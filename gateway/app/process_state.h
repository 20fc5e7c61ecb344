// What outlives a configuration: everything that a reload must not forget. Made once; configurations are compiled
// against it.
#pragma once

#include <memory>

#include "adapters/fallback/kept_answers_registry.h"
#include "app/late_store.h"
#include "app/replay_journal.h"
#include "events/delivery_states.h"
#include "events/event_log.h"
#include "plugins/authentication/authentication_plugin.h"
#include "plugins/rate_limit/rate_limit_plugin.h"
#include "resilience/gcra.h"
#include "routing/version_state.h"
#include "security/oauth/key_source.h"
#include "security/replay.h"
#include "telemetry/labels.h"
#include "telemetry/metrics.h"
#include "transactions/transactions.h"
#include "upstream/cluster_state.h"
#include "upstream/endpoint_registry.h"
#include "upstream/token_source.h"

namespace causeway::app {

/// Used by one compilation at a time, off the workers. `workers` is empty when a configuration is only checked.
struct ProcessState {
  ProcessState(std::span<runtime::Worker* const> workers, telemetry::Metrics& its_metrics, const Clock& its_clock)
      : metrics(its_metrics),
        labels(its_metrics),
        clock(its_clock),
        worker_count(workers.size()),
        endpoints(workers),
        clusters(workers),
        tokens(workers),
        kept_answers(workers.size(), its_metrics),
        authentication(std::make_shared<plugins::AuthenticationMetrics>(its_metrics)) {}

  /// The table that remembers signatures: the one in use as long as it remembers enough for these settings, else a new
  /// one that replaces it if the configuration is taken.
  std::shared_ptr<security::ReplayTable> replay_table(const security::SigningSettings& settings) const {
    if (replays && replays->covers(settings.replay_memory, settings.window, settings.future_skew)) return replays;
    return std::make_shared<security::ReplayTable>(settings.replay_memory, settings.window, settings.future_skew,
                                                   clock.wall());
  }
  /// The configuration with this table is about to be taken.
  void use(const std::shared_ptr<security::ReplayTable>& table) {
    if (replays && table != replays) table->replace(replays, clock.wall());
    replays = table;
  }

  telemetry::Metrics& metrics;
  telemetry::StandardLabels labels;
  const Clock& clock;
  std::size_t worker_count;
  LateStore store;
  StoredReplays replay_journal{store};
  events::EventLog log{store, clock, metrics};
  events::TopicLimitsRegistry topic_limits;
  transactions::Transactions* transactions = nullptr;  ///< null when a configuration is only checked
  events::DeliveryStates* deliveries = nullptr;        ///< what a status route asks; null when nothing is delivered
  upstream::EndpointRegistry endpoints;
  upstream::ClusterStates clusters;
  upstream::TokenSources tokens;  ///< what clusters with OAuth show
  routing::VersionStates versions;
  plugins::RateLimitRegistry rate_limits;
  adapters::KeptAnswersRegistry kept_answers;
  std::shared_ptr<const plugins::AuthenticationMetrics> authentication;
  std::shared_ptr<security::ReplayTable> replays;         ///< of the configuration in use
  security::KeySources key_sources;                       ///< the keys of OAuth providers, as they were last fetched
  std::shared_ptr<resilience::GcraTable> token_attempts;  ///< of the own token endpoint; null until there is one
};

}  // namespace causeway::app
