// The signature algorithms of tokens (RFC 7518, 3.1; RFC 8037 for EdDSA). `none` is not one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/value.h"

namespace causeway::security {

enum class JwsAlgorithm : std::uint8_t {
  kHs256,
  kHs384,
  kHs512,
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,  ///< with Ed25519 only
};

constexpr auto names(JwsAlgorithm) {
  return config::table<JwsAlgorithm>({{"HS256", JwsAlgorithm::kHs256},
                                      {"HS384", JwsAlgorithm::kHs384},
                                      {"HS512", JwsAlgorithm::kHs512},
                                      {"RS256", JwsAlgorithm::kRs256},
                                      {"RS384", JwsAlgorithm::kRs384},
                                      {"RS512", JwsAlgorithm::kRs512},
                                      {"PS256", JwsAlgorithm::kPs256},
                                      {"PS384", JwsAlgorithm::kPs384},
                                      {"PS512", JwsAlgorithm::kPs512},
                                      {"ES256", JwsAlgorithm::kEs256},
                                      {"ES384", JwsAlgorithm::kEs384},
                                      {"ES512", JwsAlgorithm::kEs512},
                                      {"EdDSA", JwsAlgorithm::kEdDsa}});
}

enum class KeyFamily : std::uint8_t { kSecret, kRsa, kEc, kEd25519 };

struct AlgorithmTraits {
  KeyFamily family = KeyFamily::kSecret;
  bool pss = false;              ///< RSASSA-PSS instead of PKCS #1 v1.5
  const char* digest = nullptr;  ///< OpenSSL's name; null: the algorithm has its own
  const char* curve = nullptr;   ///< OpenSSL's name of an EC key's group
  std::size_t octets = 0;        ///< HMAC: of digest and shortest secret; EC: of a coordinate, half the signature
};

/// What an algorithm is made of.
const AlgorithmTraits& traits(JwsAlgorithm algorithm);

/// By its exact name; empty for any other text, `none` too.
std::optional<JwsAlgorithm> parse_algorithm(std::string_view name);

}  // namespace causeway::security
