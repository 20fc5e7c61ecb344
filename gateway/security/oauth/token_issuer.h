// The gateway's own tokens for those without an identity provider: access tokens as RFC 9068 has them, and what the
// endpoints beside it publish.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/errors.h"
#include "core/clock.h"
#include "security/consumer.h"
#include "security/oauth/settings.h"
#include "security/oauth/token_signing_key.h"
#include "security/sha256.h"

namespace causeway::security {

/// Immutable, thread safe.
class TokenIssuer {
 public:
  /// `own` has a token endpoint. Null when its key could not be read, which is an error at its place then.
  static std::unique_ptr<TokenIssuer> load(const ProviderSettings& own, config::Errors& errors);

  /// A signed token: typ at+jwt; iss, sub and client_id, aud, iat, exp, a random jti, and `scope` (separated by
  /// spaces). It is there when empty too: a token without it would be good for all that the consumer may do.
  std::string issue(std::string_view client, std::span<const std::string_view> scopes, WallTime now) const;

  std::chrono::seconds lifetime() const { return lifetime_; }
  const std::string& issuer() const { return issuer_; }
  /// `{"keys":[…]}`: the public half.
  const std::string& jwks() const { return jwks_; }
  const TokenSigningKey& key() const { return key_; }

 private:
  TokenIssuer(const ProviderSettings& own, TokenSigningKey key);

  TokenSigningKey key_;
  std::string issuer_;
  std::chrono::seconds lifetime_;
  std::string jwks_;
  std::string header_;    // encoded
  std::string audience_;  // JSON: a text, or an array when there are several
};

}  // namespace causeway::security
