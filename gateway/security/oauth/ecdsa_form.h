// The two forms of an ECDSA signature: r || s of fixed length in a JWS (RFC 7518, 3.4), DER in OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "core/bytes.h"

namespace causeway::security {

/// A signature as DER, in place. One thread at a time.
class DerSignature {
 public:
  /// From r || s, each half as long. False when it is longer than the largest curve's.
  bool assign(Bytes fixed);
  Bytes bytes() const { return {octets_.data(), size_}; }

 private:
  std::array<char, 160> octets_;
  std::size_t size_ = 0;
};

/// From DER to r || s of `octets` bytes each. Throws std::bad_alloc; `der` is one that OpenSSL has made.
std::string fixed_signature(Bytes der, std::size_t octets);

}  // namespace causeway::security
