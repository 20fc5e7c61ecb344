// The scheme `oauth`: `Authorization: Bearer <token>` (RFC 6750, 2.1), a token of one of the configuration's providers.
// The head is proof enough: the body of a stranger is never read.
#pragma once

#include <memory>
#include <vector>

#include "exchange/authenticator.h"
#include "security/oauth/token_cache.h"
#include "security/oauth/token_verifier.h"

namespace causeway::plugins {

/// One a configuration, shared by its routes. What a worker has verified it keeps for itself; with the configuration
/// that goes too.
class OauthAuthenticator final : public Authenticator {
 public:
  /// The consumers of the verifier outlive this. Workers with an index below `workers` have a cache.
  OauthAuthenticator(security::TokenVerifier verifier, std::size_t workers);

  std::string_view scheme() const override { return "oauth"; }
  std::string_view challenge() const override { return "Bearer"; }
  bool presented(const Request& request) const override;
  bool needs_whole_request() const override { return false; }
  Result<> on_head(Exchange& exchange) const override;
  Step on_body(Exchange&) const override { return Step::next(); }

  const security::TokenVerifier& verifier() const { return verifier_; }

 private:
  static void accept(Exchange& exchange, const security::VerifiedToken& token);

  security::TokenVerifier verifier_;
  /// Each is touched by its worker alone.
  std::vector<std::unique_ptr<security::TokenCache>> caches_;
};

}  // namespace causeway::plugins
