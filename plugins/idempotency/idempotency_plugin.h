// The plugin `idempotency: {key: "{{ $request.externalNo }}", retention: 24h}`: a call that comes again with its key is
// answered with what it was answered before, whatever becomes of connections and processes in between
// (draft-ietf-httpapi-idempotency-key-header; design: correctness.md, "A call, its key, its half message").
//
// A key belongs to whoever calls (consumer, and the subject of a token), to the method and to the path. It is taken
// only after the caller has proved who it is; a refusal by any later step gives it back.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "exchange/plugin.h"
#include "expression/template.h"
#include "transactions/begin_call.h"
#include "transactions/route_rules.h"

namespace causeway::plugins {

struct IdempotencySettings {
  config::Placed<std::string> key;  ///< a template; empty: callers without the header have no key
  Duration retention = std::chrono::hours(24);
  static const config::Keys<IdempotencySettings>& keys();
};

class IdempotencyPlugin final : public Plugin {
 public:
  static constexpr std::size_t kLongestKey = 255;

  /// A bad template goes to `errors`. `rules` may be filled in later, before the first call.
  IdempotencyPlugin(const IdempotencySettings& settings, std::shared_ptr<const transactions::RouteRules> rules,
                    config::Errors& errors);

  Needs needs() const override { return {.body = true, .whole_request = true}; }
  /// A call without header and without an expression goes on unguarded; one whose expression makes nothing is refused
  /// by the adapter, unless a step says before what is wrong with it. Errors: 40093 for a key that is malformed or
  /// doubled; those of GuardedCall::begin.
  Step on_body(Exchange& exchange) const override;

 private:
  Result<std::optional<std::string>> key_of(Exchange& exchange) const;
  transactions::CallKey scope_of(const Exchange& exchange, std::string key) const;

  expression::Template key_;
  Duration retention_;
  std::shared_ptr<const transactions::RouteRules> rules_;
};

/// The same for a route without keys whose calls are kept all the same: `on_unknown`, `publish.when: transaction`.
class TransactionStep final : public Plugin {
 public:
  explicit TransactionStep(std::shared_ptr<const transactions::RouteRules> rules) : rules_(std::move(rules)) {}
  Needs needs() const override;
  Step on_body(Exchange& exchange) const override;

 private:
  std::shared_ptr<const transactions::RouteRules> rules_;
};

}  // namespace causeway::plugins
