// One key of a JWKS (RFC 7517, 4; RFC 7518, 6; RFC 8037).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/json_document.h"
#include "security/oauth/key.h"

namespace causeway::security {

struct Jwk {
  std::string kid;  ///< empty when it has none
  VerificationKey key;
};

/// Why a key is not used. A suspect one makes its whole set so: it publishes what is secret, or contradicts itself.
struct JwkProblem {
  std::string why;
  bool suspect = false;
};

enum class PublishedSecrets : std::uint8_t {
  kRefuse,  ///< `oct` keys and private parts are suspect
  kTake,    ///< `oct` keys serve HS*, for a file of one's own; private parts and secrets of no use are suspect
};

/// The member at `node`. See KeySet::from_jwks for what is taken.
std::variant<Jwk, JwkProblem> read_jwk(const JsonDocument& document, JsonDocument::Index node,
                                       std::span<const JwsAlgorithm> allowed, PublishedSecrets secrets);

/// The public half as a JWK with `kid`, `use` and `alg`, and its RFC 7638 thumbprint, which is the kid.
struct PublicJwk {
  std::string thumbprint;
  std::string json;
};
PublicJwk write_jwk(JwsAlgorithm algorithm, evp_pkey_st* key);

}  // namespace causeway::security
