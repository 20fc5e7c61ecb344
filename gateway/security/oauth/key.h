// Keys that verify token signatures (RFC 7515, 5.2), each for exactly one algorithm: what a token says about its
// algorithm never chooses how a key is used (RFC 8725, 3.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "security/oauth/algorithm.h"
#include "security/oauth/openssl.h"

namespace causeway::security {

/// Immutable, thread safe, move-only. Everything that OpenSSL looks up by name was looked up when it was made;
/// a verification copies that state and takes no lock of ours.
class VerificationKey {
 public:
  /// A key, or what is wrong with it (never any part of it).
  using Made = std::variant<VerificationKey, std::string>;

  /// For HS*: at least as many bytes as the hash has (RFC 7518, 3.2).
  static Made from_secret(JwsAlgorithm algorithm, std::string_view secret);
  /// A public key, or a certificate whose key is taken. RSA of 2048 to 8192 bits; the algorithm's curve.
  static Made from_pem(JwsAlgorithm algorithm, std::string_view pem);
  /// Takes the key over. The same conditions.
  static Made from_public(JwsAlgorithm algorithm, openssl::KeyPtr key);

  JwsAlgorithm algorithm() const { return algorithm_; }
  /// Is `signature` that of `signing_input` by this key? Fixed-length r || s for ES*, salt as long as the hash for PS*.
  bool verify(std::string_view signing_input, Bytes signature) const;
  /// The same algorithm with the same key.
  bool same_as(const VerificationKey& other) const;

 private:
  explicit VerificationKey(JwsAlgorithm algorithm) : algorithm_(algorithm) {}

  JwsAlgorithm algorithm_;
  openssl::KeyPtr key_;        // null for HS*
  openssl::DigestPtr digest_;  // prepared to verify, copied for each use
  openssl::MacPtr mac_;        // the same for HS*
};

}  // namespace causeway::security
