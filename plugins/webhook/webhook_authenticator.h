// The scheme `webhook`: a partner's own signature over the raw body. Who calls is known only once the body has been
// read, so the head is refused for its form alone, and a stranger's body is read up to the route's limit.
#pragma once

#include "exchange/authenticator.h"
#include "exchange/replay_guard.h"
#include "security/consumer.h"

namespace causeway::plugins {

class WebhookAuthenticator final : public Authenticator {
 public:
  /// `consumers` outlives this.
  WebhookAuthenticator(const security::ConsumerTable& consumers, ReplayGuard replays)
      : table_(consumers.webhooks()), replays_(std::move(replays)) {}

  std::string_view scheme() const override { return "webhook"; }
  std::string_view challenge() const override { return "Webhook"; }
  bool presented(const Request& request) const override;
  /// A header twice, or other credentials beside it.
  std::string_view ambiguous(const Request& request) const override;
  bool needs_whole_request() const override { return true; }
  Result<> on_head(Exchange& exchange) const override;
  Step on_body(Exchange& exchange) const override;

 private:
  const security::WebhookTable& table_;
  ReplayGuard replays_;
};

}  // namespace causeway::plugins
