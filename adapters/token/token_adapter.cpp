#include "adapters/token/token_adapter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/json_object.h"
#include "core/retry_after.h"

namespace causeway::adapters {
namespace {

/// Beyond this an address is told to wait; right credentials are taken all the same.
const resilience::Limit kFailures(10, std::chrono::minutes(1), 30);

struct Row {
  int status;
  std::string_view error;
};

constexpr Row kRows[] = {
    // in the order of the enumerators
    {400, "invalid_request"},
    {401, "invalid_client"},
    {400, "unsupported_grant_type"},
    {400, "invalid_scope"},
};

/// The scopes of `text`; false when the consumer lacks one of them.
bool choose(const security::Consumer& consumer, std::string_view text, std::vector<std::string_view>& chosen) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view scope = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (scope.empty()) continue;
    const auto found = std::ranges::lower_bound(consumer.scope_views, scope);
    if (found == consumer.scope_views.end() || *found != scope) return false;
    if (std::ranges::find(chosen, scope) == chosen.end()) chosen.push_back(*found);
  }
  return true;
}

std::string joined(const std::vector<std::string_view>& scopes) {
  std::string text;
  for (const std::string_view scope : scopes) (text += text.empty() ? "" : " ") += scope;
  return text;
}

/// RFC 6749, 5.1 and 5.2: nobody may keep such an answer.
void write(Exchange& exchange, int status, const std::string& json) {
  Response& response = exchange.response;
  response.status = status;
  exchange.call_class = class_of_status(status);
  response.headers.set(net::HeaderId::kContentType, "application/json");
  response.headers.set(net::HeaderId::kCacheControl, "no-store");
  response.headers.set("Pragma", "no-cache");
  response.body = Body(exchange.arena.copy(json));
}

}  // namespace

Task<Result<>> TokenAdapter::call(Exchange& exchange) const {
  answer(exchange);
  co_return Result<>();
}

void TokenAdapter::answer(Exchange& exchange) const {
  const Body& body = exchange.request.body;
  if (body.streams() || body.whole().size() > kMostTokenRequestBytes)
    return refuse(exchange, {TokenError::kInvalidRequest, "the body is too long"});
  const auto read = read_token_request(exchange.request.head->headers, body.whole(), &exchange.arena);
  if (const auto* refusal = std::get_if<TokenRefusal>(&read)) return refuse(exchange, *refusal);
  const auto& request = std::get<TokenRequest>(read);
  std::string_view client;
  const security::Consumer* const consumer = authenticate(request, client);
  if (consumer == nullptr) return refuse(exchange, {TokenError::kInvalidClient, "unknown client or wrong secret"});
  exchange.consumer = consumer;
  exchange.authenticated = true;
  if (request.grant_type != "client_credentials")
    return refuse(exchange, {TokenError::kUnsupportedGrantType, "only client_credentials is taken"});
  std::vector<std::string_view> scopes;
  if (!choose(*consumer, request.scope, scopes))
    return refuse(exchange, {TokenError::kInvalidScope, "the client does not have every scope that was asked for"});
  if (scopes.empty()) scopes = consumer->scope_views;

  JsonObject json;
  json.text("access_token", issuer_->issue(client, scopes, exchange.worker.wall_now()));
  json.text("token_type", "Bearer").number("expires_in", issuer_->lifetime().count());
  if (!scopes.empty()) json.text("scope", joined(scopes));
  write(exchange, 200, json.done());
}

const security::Consumer* TokenAdapter::authenticate(const TokenRequest& request, std::string_view& client) const {
  client = request.client;
  const security::Consumer* consumer = clients_.authenticate(client, request.secret);
  const bool differs = request.raw_client != request.client || request.raw_secret != request.secret;
  if (consumer != nullptr || request.raw_client.empty() || !differs) return consumer;
  client = request.raw_client;
  return clients_.authenticate(client, request.raw_secret);
}

void TokenAdapter::refuse(Exchange& exchange, const TokenRefusal& refusal) const {
  const Row& row = kRows[static_cast<std::size_t>(refusal.error)];
  exchange.reason = row.error;
  if (refusal.error == TokenError::kInvalidClient) {
    const resilience::Decision decision = attempts_->admit(kFailures, exchange.request.client, exchange.worker.now());
    if (!decision.admitted) {
      const int wait = retry_after_seconds(decision.retry_after);
      exchange.response.headers.set(net::HeaderId::kRetryAfter, exchange.arena.copy(std::to_string(wait)));
      exchange.reason = "too_many_attempts";
      return write(exchange, 429,
                   JsonObject().text("error", row.error).text("error_description", "too many failed attempts").done());
    }
    exchange.response.headers.set(net::HeaderId::kWwwAuthenticate, "Basic realm=\"causeway\"");
  }
  write(exchange, row.status,
        JsonObject().text("error", row.error).text("error_description", refusal.description).done());
}

}  // namespace causeway::adapters
