#include "plugins/signature/signature_authenticator.h"

#include "plugins/signature/checked_body.h"
#include "plugins/signature/signed_head.h"

namespace causeway::plugins {
namespace {

security::SignatureHeaders headers_of(const Request& request) {
  const net::Headers& headers = request.head->headers;
  return {headers.get(net::HeaderId::kAuthorization), headers.get(net::HeaderId::kXTimestamp),
          headers.get(net::HeaderId::kXSignature), headers.get(net::HeaderId::kXNonce),
          headers.get(net::HeaderId::kXContentSha256)};
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
  const security::SignatureHeaders headers = headers_of(exchange.request);
  security::SignedHead head;
  if (presented_version(headers) == security::SignatureVersion::kV2) {
    Result<security::SignedHead> read = signed_head(*exchange.request.head);
    if (!read) return std::move(read.error());
    head = *read;
  }
  Result<security::SignatureCheck> check =
      security::SignatureCheck::begin(headers, head, consumers_, settings_, exchange.worker.clock().wall());
  if (!check) return std::move(check.error());
  Pending& pending = exchange.own<Pending>(std::move(*check));
  pending.check.expect(*replays_);  // far memory, and the body is hashed meanwhile
  exchange.consumer = &pending.check.claimed();
  exchange.request.observer = &pending;
  exchange.request.gather = !pending.check.head_proves();
  return {};
}

Result<> SignatureAuthenticator::on_body(Exchange& exchange) const {
  auto& pending = static_cast<Pending&>(*exchange.request.observer);
  Body& body = exchange.request.body;
  if (body.streams()) {
    body = Body(exchange.own<CheckedBody>(*body.source(), pending.check));
  } else {
    Result<> right = pending.check.check_body();
    if (!right) return right;
  }
  const bool unsafe = !net::is_safe(exchange.request.head->method);
  Result<const security::Consumer*> consumer = pending.check.admit(*replays_, unsafe, exchange.worker.clock().wall());
  if (!consumer) return std::move(consumer.error());
  exchange.consumer = *consumer;
  exchange.authenticated = true;
  return {};
}

}  // namespace causeway::plugins
