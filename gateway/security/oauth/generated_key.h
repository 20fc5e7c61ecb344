// A private key that nobody else has, for a token endpoint that is only tried out.
#pragma once

#include <string>

#include "security/oauth/algorithm.h"

namespace causeway::security {

/// As PEM. `algorithm` is none of HS*. Throws std::bad_alloc when OpenSSL has no memory.
std::string generate_private_key(JwsAlgorithm algorithm);

}  // namespace causeway::security
