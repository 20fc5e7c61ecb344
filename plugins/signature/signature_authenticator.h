// The scheme `signature`: `Authorization: ApiKey`, X-Timestamp and X-Signature (handbook 2.3), in version 2 with
// X-Nonce (docs/signing.md). The head decides whether the body of a caller is read at all; the body is hashed while it
// arrives. Where the head announces the body's hash, a long body is passed on meanwhile and ends only if it fits.
#pragma once

#include "exchange/authenticator.h"
#include "exchange/replay_guard.h"
#include "security/credentials.h"

namespace causeway::plugins {

class SignatureAuthenticator final : public Authenticator {
 public:
  /// `consumers` outlives this.
  SignatureAuthenticator(const security::ConsumerTable& consumers, security::SigningSettings settings,
                         ReplayGuard replays)
      : consumers_(consumers), settings_(std::move(settings)), replays_(std::move(replays)) {}

  std::string_view scheme() const override { return "signature"; }
  std::string_view challenge() const override { return "ApiKey"; }
  bool presented(const Request& request) const override;
  bool needs_whole_request() const override { return false; }  // by call: on_head
  Result<> on_head(Exchange& exchange) const override;
  Step on_body(Exchange& exchange) const override;

 private:
  const security::ConsumerTable& consumers_;
  security::SigningSettings settings_;
  ReplayGuard replays_;
};

}  // namespace causeway::plugins
