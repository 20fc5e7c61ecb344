#include "plugins/signature/signature_authenticator.h"

namespace causeway::plugins {
namespace {

security::SignatureHeaders headers_of(const Request& request) {
  const net::Headers& headers = request.head->headers;
  return {headers.get(net::HeaderId::kAuthorization), headers.get(net::HeaderId::kXTimestamp),
          headers.get(net::HeaderId::kXSignature)};
}

/// The check in progress, kept in the exchange from the head to the end of the body.
struct Pending final : BodyObserver {
  explicit Pending(security::SignatureCheck started) : check(std::move(started)) {}
  void on_piece(Bytes piece) override { check.update(piece); }
  security::SignatureCheck check;
};

}  // namespace

bool SignatureAuthenticator::presented(const Request& request) const {
  return security::presents_signature(headers_of(request));
}

Result<> SignatureAuthenticator::on_head(Exchange& exchange) const {
  Result<security::SignatureCheck> check = security::SignatureCheck::begin(headers_of(exchange.request), consumers_);
  if (!check) return std::move(check.error());
  Pending& pending = exchange.own<Pending>(std::move(*check));
  exchange.consumer = &pending.check.claimed();
  exchange.request.observer = &pending;
  return {};
}

Result<> SignatureAuthenticator::on_body(Exchange& exchange) const {
  auto& pending = static_cast<Pending&>(*exchange.request.observer);
  const bool unsafe = !net::is_safe(exchange.request.head->method);
  Result<const security::Consumer*> consumer =
      pending.check.finish(settings_, *replays_, unsafe, exchange.worker.clock().wall());
  if (!consumer) return std::move(consumer.error());
  exchange.consumer = *consumer;
  exchange.authenticated = true;
  return {};
}

}  // namespace causeway::plugins
