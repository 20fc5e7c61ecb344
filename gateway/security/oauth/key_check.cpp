#include "security/oauth/key_check.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdint>
#include <string_view>

namespace causeway::security {
namespace {

constexpr int kFewestRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // a verification of more costs milliseconds
constexpr int kMostExponentBits = 64;

openssl::Owned<bignum_st> number_of(evp_pkey_st* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return openssl::Owned<bignum_st>(number);
}

/// Is `residue` a power of 65537 modulo `prime`?
bool is_power(std::uint64_t residue, std::uint64_t prime) {
  std::uint64_t power = 1;
  do {
    if (power == residue) return true;
    power = power * 65537 % prime;
  } while (power != 1);
  return false;
}

/// Primes of the weak generator are powers of 65537 modulo every small prime, and so are their products (Nemec and
/// others, 2017).
bool is_roca(const bignum_st* modulus) {
  constexpr std::uint64_t kPrimes[] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
                                       47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
                                       107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167};
  for (const std::uint64_t prime : kPrimes)
    if (!is_power(BN_mod_word(modulus, prime), prime)) return false;
  return true;
}

std::string check_rsa(evp_pkey_st* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kFewestRsaBits) return fmt::format("RSA of {} bits, needs {}", bits, kFewestRsaBits);
  if (bits > kMostRsaBits) return fmt::format("RSA of {} bits, at most {} are taken", bits, kMostRsaBits);
  const auto modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (!modulus || !exponent) return "the RSA key is not complete";
  if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) || BN_num_bits(exponent.get()) > kMostExponentBits)
    return "the RSA exponent is not an odd number of at least 3 and at most 64 bits";
  if (!BN_is_odd(modulus.get())) return "the RSA modulus is even";
  if (is_roca(modulus.get())) return "the RSA key is of a weak generator (CVE-2017-15361)";
  return {};
}

std::string check_ec(const AlgorithmTraits& wanted, evp_pkey_st* key) {
  char curve[64] = {};
  if (EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) != 1 || std::string_view(curve) != wanted.curve)
    return fmt::format("the key is not on the curve {}", wanted.curve);
  const openssl::Owned<evp_pkey_ctx_st> context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1) {
    ERR_clear_error();
    return "the point is not on its curve";
  }
  return {};
}

}  // namespace

std::string check_key(JwsAlgorithm algorithm, evp_pkey_st* key) {
  const AlgorithmTraits& wanted = traits(algorithm);
  const char* const type = wanted.family == KeyFamily::kRsa  ? "RSA"
                           : wanted.family == KeyFamily::kEc ? "EC"
                                                             : "ED25519";
  if (wanted.family == KeyFamily::kSecret || EVP_PKEY_is_a(key, type) != 1)
    return fmt::format("{} needs {}", config::name_of(algorithm),
                       wanted.family == KeyFamily::kSecret ? "a secret" : fmt::format("a key of type {}", type));
  if (wanted.family == KeyFamily::kRsa) return check_rsa(key);
  if (wanted.family == KeyFamily::kEc) return check_ec(wanted, key);
  return {};
}

}  // namespace causeway::security
