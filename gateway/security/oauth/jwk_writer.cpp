#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "core/base64.h"
#include "core/json_object.h"
#include "security/oauth/jwk.h"
#include "security/sha256.h"

namespace causeway::security {
namespace {

/// A number of the key in base64url, at least `width` octets wide.
std::string number_text(evp_pkey_st* key, const char* name, std::size_t width = 0) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::bad_alloc();
  const openssl::Owned<bignum_st> owned(number);
  std::string octets(std::max(width, static_cast<std::size_t>(BN_num_bytes(number))), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  return to_base64url(octets);
}

std::string ed25519_text(evp_pkey_st* key) {
  std::array<unsigned char, 32> octets;
  std::size_t size = octets.size();
  if (EVP_PKEY_get_raw_public_key(key, octets.data(), &size) != 1) throw std::bad_alloc();
  return to_base64url({reinterpret_cast<const char*>(octets.data()), size});
}

using Members = std::vector<std::pair<std::string_view, std::string>>;

/// Exactly the members that RFC 7638 hashes, in their order.
Members required_members(JwsAlgorithm algorithm, evp_pkey_st* key) {
  const std::size_t width = traits(algorithm).octets;
  switch (algorithm) {
    case JwsAlgorithm::kEs256:
    case JwsAlgorithm::kEs384:
    case JwsAlgorithm::kEs512:
      return {{"crv", width == 32   ? "P-256"
                      : width == 48 ? "P-384"
                                    : "P-521"},
              {"kty", "EC"},
              {"x", number_text(key, OSSL_PKEY_PARAM_EC_PUB_X, width)},
              {"y", number_text(key, OSSL_PKEY_PARAM_EC_PUB_Y, width)}};
    case JwsAlgorithm::kEdDsa:
      return {{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", ed25519_text(key)}};
    default:
      return {{"e", number_text(key, OSSL_PKEY_PARAM_RSA_E)},
              {"kty", "RSA"},
              {"n", number_text(key, OSSL_PKEY_PARAM_RSA_N)}};
  }
}

}  // namespace

PublicJwk write_jwk(JwsAlgorithm algorithm, evp_pkey_st* key) {
  const Members members = required_members(algorithm, key);
  JsonObject hashed;
  for (const auto& [name, value] : members) hashed.text(name, value);
  const Sha256Digest digest = sha256(hashed.done());

  PublicJwk written;
  written.thumbprint = to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
  JsonObject jwk;
  for (const auto& [name, value] : members) jwk.text(name, value);
  jwk.text("kid", written.thumbprint).text("use", "sig").text("alg", config::name_of(algorithm));
  written.json = jwk.done();
  return written;
}

}  // namespace causeway::security
