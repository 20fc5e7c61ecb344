// The plugin behind `access`: which consumers may call a route, with which scopes, and from where. Runs on the head, so
// that a caller who is not allowed never sends its body. Only where the head cannot say who calls (a partner's webhook)
// is the consumer checked once the body has proved it.
#pragma once

#include "exchange/plugin.h"
#include "security/access.h"

namespace causeway::plugins {

class AccessPlugin final : public Plugin {
 public:
  explicit AccessPlugin(security::AccessRule rule) : rule_(std::move(rule)) {}

  Needs needs() const override { return {.head = true, .body = rule_.asks_for_consumer()}; }
  Step on_head(Exchange& exchange) const override;
  Step on_body(Exchange& exchange) const override;

 private:
  /// A call with a token that lacks scopes is told which (RFC 6750, 3.1).
  Step check_caller(Exchange& exchange) const;

  security::AccessRule rule_;
};

}  // namespace causeway::plugins
