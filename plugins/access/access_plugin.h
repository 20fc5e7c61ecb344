// The plugin behind `access`: which consumers may call a route, and from where. Runs on the head, so that a caller who
// is not allowed never sends its body.
#pragma once

#include "exchange/plugin.h"
#include "security/access.h"

namespace causeway::plugins {

class AccessPlugin final : public Plugin {
 public:
  explicit AccessPlugin(security::AccessRule rule) : rule_(std::move(rule)) {}

  Needs needs() const override { return {.head = true}; }
  Step on_head(Exchange& exchange) const override {
    Result<> address = rule_.check_address(exchange.request.client);
    if (!address) return std::move(address.error());
    if (!rule_.asks_for_consumer()) return Step::next();
    if (exchange.consumer == nullptr) return Error(Code::kForbidden);
    Result<> consumer = rule_.check_consumer(*exchange.consumer);
    if (!consumer) return std::move(consumer.error());
    return Step::next();
  }

 private:
  security::AccessRule rule_;
};

}  // namespace causeway::plugins
