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
  pending.check.expect(replays_.table());  // far memory, and the body is hashed meanwhile
  exchange.consumer = &pending.check.claimed();
  exchange.request.observer = &pending;
  exchange.request.gather = !pending.check.head_proves();
  return {};
}

Step SignatureAuthenticator::on_body(Exchange& exchange) const {
  auto& pending = static_cast<Pending&>(*exchange.request.observer);
  Body& body = exchange.request.body;
  if (body.streams()) {
    body = Body(exchange.own<CheckedBody>(*body.source(), pending.check));
  } else {
    Result<> right = pending.check.check_body();
    if (!right) return std::move(right.error());
  }
  const bool unsafe = !net::is_safe(exchange.request.head->method);
  const WallTime now = exchange.worker.clock().wall();
  Result<security::SignatureUse> use = pending.check.use(unsafe, now);
  if (!use) return std::move(use.error());
  // The same bytes are what a client of version 1 sends when it asks again; one of version 2 signs again.
  const bool may_ask_again = unsafe && pending.check.version() == security::SignatureVersion::kV1;
  using Repeat = ReplayGuard::Repeat;
  return replays_.admit(exchange, pending.check.claimed(), *use, now,
                        may_ask_again ? Repeat::kMayBeAnswered : Repeat::kRefused);
}

}  // namespace causeway::plugins
