// Is a body JSON, by what its header fields say?
#pragma once

#include <cstdint>

#include "net/headers.h"

namespace causeway {

enum class JsonType : std::uint8_t {
  kJson,
  kUnnamed,  ///< no Content-Type: it may be
  kOther,    ///< something else, or in a coding that nobody here undoes
};

/// `application/json` and everything that ends in `+json` (RFC 6839).
JsonType json_type(const net::Headers& headers);

}  // namespace causeway
