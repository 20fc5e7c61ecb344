#include "admin/api_handler.h"

#include "exchange/reply.h"

namespace causeway::admin {
namespace {

/// `http://host:port` without its scheme.
std::string_view host_of_origin(std::string_view origin) {
  const std::size_t at = origin.find("://");
  return at == std::string_view::npos ? std::string_view() : origin.substr(at + 3);
}

}  // namespace

ApiHandler::ApiHandler(const AccessHolder& access, Ports ports)
    : access_(access), log_(ports.log), dispatcher_(ports) {}

/// A page of another site cannot name us: neither by a name that it makes point here (Host) nor from its own (Origin).
Result<User> ApiHandler::admit(const Exchange& exchange) const {
  const net::Headers& headers = exchange.request.head->headers;
  const std::shared_ptr<const Access> access = access_.get();
  const std::string_view host = headers.get(net::HeaderId::kHost).value_or("");
  if (!access->host_allowed(host)) return Error(Code::kMisdirected);
  const auto origin = headers.get(net::HeaderId::kOrigin);
  if (origin && host_of_origin(*origin) != host) return Error(Code::kForbidden);
  if (headers.count(net::HeaderId::kAuthorization) > 1) return Error(Code::kMalformedHttp);
  return access->authenticate(headers.get(net::HeaderId::kAuthorization).value_or(""));
}

void ApiHandler::log_refusal(const Exchange& exchange, std::string_view user, const Error& error) const {
  if (error.code() == Code::kNoCredentials) return;
  log_.write(telemetry::Level::kWarn, "admin refused",
             {{"user", user},
              {"peer", exchange.request.peer.to_string()},
              {"action", std::string(exchange.request.method()) + ' ' + std::string(exchange.request.head->path)},
              {"reason", code_info(error.code()).name}});
}

Task<Reply> ApiHandler::answer(Exchange& exchange) {
  if (!dispatcher_.knows(exchange.request.head->path)) co_return Error(Code::kNoRoute);
  Result<User> user = admit(exchange);
  if (!user) {
    if (http_status(user.error().code()) == 401)
      exchange.response.add_extra(net::HeaderId::kWwwAuthenticate, "Bearer realm=\"causeway admin\"");
    log_refusal(exchange, "", user.error());
    co_return std::move(user.error());
  }
  const net::RequestHead& head = *exchange.request.head;
  std::string& allow = exchange.own<std::string>();
  Result<Dispatcher::Found> found = dispatcher_.route(head.method_name, head.path, head.query, *user, allow);
  if (!found) {
    if (found.error().code() == Code::kMethodNotAllowed) exchange.response.add_extra(net::HeaderId::kAllow, allow);
    if (found.error().code() == Code::kForbidden) log_refusal(exchange, user->name, found.error());
    co_return std::move(found.error());
  }
  exchange.response.prefix = found->endpoint->answer != nullptr ? kEnvelopePrefix : "";
  Bytes body;
  if (found->endpoint->changes()) {
    exchange.body_limit = kBodyLimit;
    Result<Bytes> gathered = co_await exchange.request.body.gather(kBodyLimit);
    if (!gathered) co_return std::move(gathered.error());
    body = *gathered;
  }
  const std::string_view type = head.headers.get(net::HeaderId::kContentType).value_or("");
  std::optional<Reply> reply;
  std::function<void()> work = [&] { reply.emplace(dispatcher_.run(std::move(*found), type, body)); };
  const bool taken = co_await pool_.run(exchange.worker, std::move(work));
  if (!taken) co_return Error(Code::kOverloaded);
  co_return std::move(*reply);
}

Task<> ApiHandler::handle(Exchange& exchange) {
  exchange.request_id = telemetry::RequestId({}, exchange.started_at, exchange.context.random);
  exchange.response.add_extra(net::HeaderId::kCacheControl, "no-store");
  Reply reply = co_await answer(exchange);
  if (!reply) {
    reply_error(exchange, reply.error());
    co_return;
  }
  Response& response = exchange.response;
  response.headers.set(net::HeaderId::kContentType, kJsonType);
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.body = Body(Bytes(exchange.own<std::string>(std::move(*reply))));
  if (!response.prefix.empty()) response.suffix = envelope_suffix(exchange);
}

void ApiHandler::refuse(Exchange& exchange, Error error) { reply_error(exchange, error); }

}  // namespace causeway::admin
