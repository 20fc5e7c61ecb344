// The plugin behind a route's `auth`: picks the scheme whose credentials are shown and never falls through to another;
// a failed signature is not rescued by an API key beside it (design: "Authentication").
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exchange/authenticator.h"
#include "exchange/plugin.h"
#include "telemetry/metrics.h"

namespace causeway::plugins {

/// causeway_auth_failures_total{scheme,reason}.
struct AuthenticationMetrics {
  explicit AuthenticationMetrics(telemetry::Metrics& metrics);
  telemetry::LabelId reason(std::string_view text) const;

  telemetry::CounterTable failures;
  telemetry::LabelId no_scheme;
  std::vector<std::pair<std::string, telemetry::LabelId>> reasons;
};

class AuthenticationPlugin final : public Plugin {
 public:
  struct Scheme {
    std::shared_ptr<const Authenticator> authenticator;
    telemetry::LabelId label;
  };

  /// `schemes`: those that the route allows.
  AuthenticationPlugin(std::vector<Scheme> schemes, std::shared_ptr<const AuthenticationMetrics> metrics);

  Needs needs() const override { return {.head = true, .body = true}; }
  Step on_head(Exchange& exchange) const override;
  Step on_body(Exchange& exchange) const override;

 private:
  Task<Result<Flow>> finish(Exchange& exchange, telemetry::LabelId scheme, Task<Result<Flow>> proof) const;
  Error failed(Exchange& exchange, telemetry::LabelId scheme, Error error) const;
  const Scheme* presented(const Request& request) const;
  std::string_view why_ambiguous(const Request& request) const;

  std::vector<Scheme> schemes_;
  std::shared_ptr<const AuthenticationMetrics> metrics_;
};

}  // namespace causeway::plugins
