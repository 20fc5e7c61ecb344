// What a key must be to serve an algorithm: the right family, curve and strength.
#pragma once

#include <string>

#include "security/oauth/algorithm.h"
#include "security/oauth/openssl.h"

namespace causeway::security {

/// Empty when the key may be used, else what is wrong with it. RSA: 2048 to 8192 bits, an odd exponent of at least 3
/// and at most 64 bits, not of the weak family of CVE-2017-15361 (ROCA). EC: a point of the algorithm's curve. Looks at
/// the public half only.
std::string check_key(JwsAlgorithm algorithm, evp_pkey_st* key);

}  // namespace causeway::security
