#include "plugins/idempotency/idempotency_plugin.h"

#include <algorithm>
#include <utility>

#include "exchange/call_values.h"
#include "expression/configured.h"
#include "transactions/call_key.h"
#include "transactions/guarded_call.h"

namespace causeway::plugins {
namespace {

constexpr expression::VariableSet kVariables = CallValues::kOnTheWayIn;

Error bad_key(std::string message) {
  Error error(Code::kBadIdempotencyKey);
  error.info().public_message = std::move(message);
  return error;
}

bool may_stand_in_key(char c) { return c > ' ' && c < '\x7f' && c != '"'; }

/// As draft-ietf-httpapi-idempotency-key-header has it, a string in quotes; and bare, as most callers send it.
std::string_view unquoted(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

const config::Keys<IdempotencySettings>& IdempotencySettings::keys() {
  static const auto keys =
      config::Keys<IdempotencySettings>("idempotency")
          .optional("key", &IdempotencySettings::key,
                    "the key of callers that send no Idempotency-Key: {{ $request.externalNo }}; the header wins")
          .by_default("none: calls without the header are not guarded")
          .text_template()
          .optional("retention", &IdempotencySettings::retention,
                    "how long a key stands for its answer, from the moment the call is done")
          .range(Duration(std::chrono::milliseconds(1)), Duration(std::chrono::hours(24 * 365)));
  return keys;
}

IdempotencyPlugin::IdempotencyPlugin(const IdempotencySettings& settings,
                                     std::shared_ptr<const transactions::RouteRules> rules, config::Errors& errors)
    : retention_(settings.retention), rules_(std::move(rules)) {
  if (!settings.key->empty()) key_ = expression::compile_template(settings.key, kVariables, errors);
}

Step IdempotencyPlugin::on_body(Exchange& exchange) const {
  Result<std::optional<std::string>> key = key_of(exchange);
  if (!key) return std::move(key.error());
  if (!*key && exchange.seen_before) return std::move(*exchange.seen_before);
  std::optional<transactions::CallKey> scope;
  if (*key) scope = scope_of(exchange, std::move(**key));
  if (!scope && (!rules_->half || rules_->makes_key)) return Step::next();
  return transactions::GuardedCall::begin(exchange, *rules_, std::move(scope));
}

Result<std::optional<std::string>> IdempotencyPlugin::key_of(Exchange& exchange) const {
  const net::Headers& headers = exchange.request.head->headers;
  if (headers.count(net::HeaderId::kIdempotencyKey) > 1) return bad_key("the Idempotency-Key comes more than once");
  if (const auto value = headers.get(net::HeaderId::kIdempotencyKey)) {
    const std::string_view key = unquoted(*value);
    if (key.empty() || key.size() > kLongestKey || !std::ranges::all_of(key, may_stand_in_key))
      return bad_key("an Idempotency-Key has 1 to 255 visible ASCII characters");
    return std::optional(std::string(key));
  }
  if (key_.parts().empty()) return std::optional<std::string>();
  Result<CallValues::Context> context = CallValues::of(exchange).on_the_way_in(key_.uses(), key_.uses_input());
  if (!context) return std::move(context.error());
  std::pmr::string text(&exchange.arena);
  if (Result<> rendered = key_.render(context->input, *context->values, text); !rendered || text.empty())
    return std::optional<std::string>();  // a later step may say what is wrong with it; else the call is refused
  if (text.size() > kLongestKey) return bad_key("the key that this request makes is longer than 255 bytes");
  return std::optional(std::string(text));
}

transactions::CallKey IdempotencyPlugin::scope_of(const Exchange& exchange, std::string key) const {
  const net::RequestHead& head = *exchange.request.head;
  transactions::KeyedRequest request;
  if (exchange.consumer != nullptr) request.consumer = exchange.consumer->name;
  request.token = {reinterpret_cast<const char*>(exchange.token_subject.data()), exchange.token_subject.size()};
  request.method = head.method_name;
  request.path = exchange.request.path;
  request.has_query = head.has_query;
  request.query = head.query;
  if (exchange.match.version != nullptr) request.version = exchange.match.version->name();
  request.body = exchange.request.received;
  return transactions::call_key(request, std::move(key), retention_);
}

Needs TransactionStep::needs() const {
  return {.body = true, .whole_request = rules_->kept.has(expression::Variable::kRequest) || rules_->check != nullptr};
}

Step TransactionStep::on_body(Exchange& exchange) const {
  return transactions::GuardedCall::begin(exchange, *rules_, std::nullopt);
}

}  // namespace causeway::plugins
