// The scheme `mtls`: the client certificate of the connection, verified in the handshake. A credential that the call
// shows itself goes before it, so that one connection may carry the calls of several consumers. Needs no body.
#pragma once

#include "exchange/authenticator.h"
#include "security/consumer.h"

namespace causeway::plugins {

class MtlsAuthenticator final : public Authenticator {
 public:
  /// `consumers` outlives this.
  explicit MtlsAuthenticator(const security::ConsumerTable& consumers) : consumers_(consumers) {}

  std::string_view scheme() const override { return "mtls"; }
  std::string_view challenge() const override { return "ClientCertificate"; }
  bool of_connection() const override { return true; }
  bool presented(const Request& request) const override { return request.certificate != nullptr; }
  bool needs_whole_request() const override { return false; }
  /// The one consumer that has a name of the certificate: 40191 when there is none, or several. 40192 when it has
  /// ended since the handshake.
  Result<> on_head(Exchange& exchange) const override;
  Step on_body(Exchange&) const override { return Step::next(); }

 private:
  const security::ConsumerTable& consumers_;
};

}  // namespace causeway::plugins
