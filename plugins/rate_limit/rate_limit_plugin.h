// The plugin `rate_limit: {rate: 100/s, burst: 200, per: consumer}`. Runs after the caller has proved who it is, so
// that nobody can spend another's share. Counters live in the process, not in the configuration: a reload keeps them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exchange/plugin.h"
#include "resilience/gcra.h"
#include "resilience/rate_settings.h"
#include "security/consumer.h"
#include "telemetry/metrics.h"

namespace causeway::plugins {

/// The counters of one limit: of one, of every consumer, or of addresses.
struct RateLimitState {
  std::vector<std::string> consumers;  ///< by index, to find them again after a reload
  std::unique_ptr<resilience::GcraArray> dense;
  std::unique_ptr<resilience::GcraTable> addresses;
};

/// Hands each limit its counters, by route and place in the chain. Off the workers, one thread at a time.
class RateLimitRegistry {
 public:
  std::shared_ptr<RateLimitState> get(const std::string& name, resilience::Per per,
                                      const security::ConsumerTable& consumers);

 private:
  std::map<std::string, std::vector<std::weak_ptr<RateLimitState>>>
      states_;  // those of living configurations, oldest first
};

class RateLimitPlugin final : public Plugin {
 public:
  /// `policy` is the name in RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10).
  RateLimitPlugin(const resilience::RateSettings& settings, std::shared_ptr<RateLimitState> state,
                  telemetry::Counter refused);

  /// An address is known at the head, before a body is read; who calls is known for sure only after it.
  Needs needs() const override {
    const bool at_head = per_ == resilience::Per::kAddress;
    return {.head = at_head, .body = !at_head};
  }
  Step on_head(Exchange& exchange) const override { return decide(exchange); }
  Step on_body(Exchange& exchange) const override { return decide(exchange); }

 private:
  Step decide(Exchange& exchange) const;
  resilience::Decision admit(const Exchange& exchange) const;

  resilience::Limit limit_;
  resilience::Per per_;
  std::string policy_;
  std::shared_ptr<RateLimitState> state_;
  telemetry::Counter refused_;
};

}  // namespace causeway::plugins
