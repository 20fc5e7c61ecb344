// The private key of the gateway's own token endpoint.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "security/oauth/key.h"

namespace causeway::security {

/// Immutable, thread safe, move-only; shows nothing of its private part.
class TokenSigningKey {
 public:
  /// A key, or what is wrong with it.
  using Made = std::variant<TokenSigningKey, std::string>;

  /// `pem`: a private key without passphrase that fits the algorithm, which is none of HS*.
  static Made from_pem(JwsAlgorithm algorithm, std::string_view pem);
  static Made from_file(JwsAlgorithm algorithm, const std::filesystem::path& file);

  JwsAlgorithm algorithm() const { return verification_.algorithm(); }
  /// The RFC 7638 thumbprint of the public half, which serves as its kid.
  const std::string& kid() const { return kid_; }
  /// The public half as a JWK with kid, use and alg.
  const std::string& public_jwk() const { return public_jwk_; }
  /// The same half, to verify with.
  VerificationKey verification_key() const;

  /// The octets of a signature as JWS has them (r || s for ES*). Throws std::bad_alloc when OpenSSL is out of memory.
  std::string sign(std::string_view signing_input) const;

 private:
  TokenSigningKey(openssl::KeyPtr key, openssl::DigestPtr digest, VerificationKey verification);

  openssl::KeyPtr key_;
  openssl::DigestPtr digest_;  // prepared to sign, copied for each use
  VerificationKey verification_;
  std::string kid_;
  std::string public_jwk_;
};

}  // namespace causeway::security
