#include "plugins/access/access_plugin.h"

#include <span>
#include <string>

#include "net/characters.h"

namespace causeway::plugins {
namespace {

bool came_with_token(const Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto value = request.head->headers.get(net::HeaderId::kAuthorization);
  return value && net::equals_ignoring_case(value->substr(0, kBearer.size()), kBearer);
}

void ask_for_scopes(Exchange& exchange, std::span<const std::string> needed) {
  std::pmr::string text(R"(Bearer error="insufficient_scope", scope=")", &exchange.arena);
  for (const std::string& scope : needed) text.append(&scope == needed.data() ? "" : " ").append(scope);
  text += '"';
  exchange.response.add_extra(net::HeaderId::kWwwAuthenticate, exchange.arena.copy(text));
}

}  // namespace

Step AccessPlugin::on_head(Exchange& exchange) const {
  Result<> address = rule_.check_address(exchange.request.client);
  if (!address) return std::move(address.error());
  return exchange.consumer_follows ? Step::next() : check_caller(exchange);
}

Step AccessPlugin::on_body(Exchange& exchange) const {
  return exchange.consumer_follows ? check_caller(exchange) : Step::next();
}

Step AccessPlugin::check_caller(Exchange& exchange) const {
  if (!rule_.asks_for_consumer()) return Step::next();
  if (exchange.consumer == nullptr) return Error(Code::kForbidden);
  const security::Consumer& caller = *exchange.consumer;
  Result<> consumer = rule_.check_consumer(caller);
  if (!consumer) return std::move(consumer.error());
  if (!rule_.asks_for_scopes()) return Step::next();
  Result<> scopes = rule_.check_scopes(caller, exchange.scopes);
  if (scopes) return Step::next();
  if (came_with_token(exchange.request)) ask_for_scopes(exchange, rule_.needed_scopes(caller));
  return std::move(scopes.error());
}

}  // namespace causeway::plugins
