// The scheme `api_key`: `X-API-Key: <token>`, a random token that the gateway knows only as a hash. Needs no body.
#pragma once

#include "exchange/authenticator.h"
#include "security/credentials.h"

namespace causeway::plugins {

class ApiKeyAuthenticator final : public Authenticator {
 public:
  explicit ApiKeyAuthenticator(const security::ConsumerTable& consumers) : consumers_(consumers) {}

  std::string_view scheme() const override { return "api_key"; }
  std::string_view challenge() const override { return "X-API-Key"; }
  bool presented(const Request& request) const override {
    return request.head->headers.contains(net::HeaderId::kXApiKey);
  }
  bool needs_whole_request() const override { return false; }
  Result<> on_head(Exchange& exchange) const override {
    const auto token = exchange.request.head->headers.get(net::HeaderId::kXApiKey);
    Result<const security::Consumer*> consumer = security::check_api_token(token, consumers_);
    if (!consumer) return std::move(consumer.error());
    exchange.consumer = *consumer;
    exchange.authenticated = true;
    return {};
  }
  Step on_body(Exchange&) const override { return Step::next(); }

 private:
  const security::ConsumerTable& consumers_;
};

}  // namespace causeway::plugins
