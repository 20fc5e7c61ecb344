#include "admin/api_handler.h"

#include "exchange/reply.h"

namespace causeway::admin {
namespace {

/// `http://host:port` without its scheme.
std::string_view host_of_origin(std::string_view origin) {
  const std::size_t at = origin.find("://");
  return at == std::string_view::npos ? std::string_view() : origin.substr(at + 3);
}

Error unauthorized(Exchange& exchange, Error error) {
  exchange.response.add_extra(net::HeaderId::kWwwAuthenticate, "Bearer realm=\"causeway admin\"");
  return error;
}

}  // namespace

ApiHandler::ApiHandler(const AccessHolder& access, Ports ports) : access_(access), dispatcher_(ports) {}

/// A page of another site cannot name us: neither by a name that it makes point here (Host) nor from its own (Origin).
Result<User> ApiHandler::admit(Exchange& exchange) const {
  const net::Headers& headers = exchange.request.head->headers;
  const std::shared_ptr<const Access> access = access_.get();
  const std::string_view host = headers.get(net::HeaderId::kHost).value_or("");
  if (!access->host_allowed(host)) return Error(Code::kMisdirected);
  const auto origin = headers.get(net::HeaderId::kOrigin);
  if (origin && host_of_origin(*origin) != host) return Error(Code::kForbidden);
  if (headers.count(net::HeaderId::kAuthorization) > 1) return Error(Code::kMalformedHttp);
  Result<User> user = access->authenticate(headers.get(net::HeaderId::kAuthorization).value_or(""));
  if (!user) return unauthorized(exchange, std::move(user.error()));
  return user;
}

Task<> ApiHandler::handle(Exchange& exchange) {
  exchange.request_id = telemetry::RequestId({}, exchange.started_at, exchange.context.random);
  Result<User> user = admit(exchange);
  if (!user) {
    reply_error(exchange, user.error());
    co_return;
  }
  Result<Bytes> body = co_await exchange.request.body.gather(kBodyLimit);
  if (!body) {
    reply_error(exchange, body.error());
    co_return;
  }
  const net::RequestHead& head = *exchange.request.head;
  std::string target(head.path);
  if (head.has_query) target.append("?").append(head.query);
  const std::string_view type = head.headers.get(net::HeaderId::kContentType).value_or("");
  Answer& answer = exchange.own<Answer>();
  std::function<void()> work = [&] {
    answer = dispatcher_.dispatch(head.method_name, target, *user, type, *body, exchange.request_id.view());
  };
  const bool done = co_await pool_.run(exchange.worker, std::move(work));
  if (!done) {
    reply_error(exchange, Error(Code::kOverloaded));
    co_return;
  }
  exchange.response.status = answer.status;
  exchange.response.headers.set(net::HeaderId::kContentType, kJsonType);
  exchange.response.headers.set(net::HeaderId::kCacheControl, "no-store");
  if (!answer.allow.empty()) exchange.response.headers.set(net::HeaderId::kAllow, answer.allow);
  exchange.response.body = Body(answer.body);
}

void ApiHandler::refuse(Exchange& exchange, Error error) { reply_error(exchange, error); }

}  // namespace causeway::admin
