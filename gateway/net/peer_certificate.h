// The names in a client's certificate, taken out of it once a connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/clock.h"

using X509 = struct x509_st;

namespace causeway::net {

/// Of a certificate that was verified: its chain leads to the listener's `client_ca` and it is meant for clients.
/// Immutable.
struct PeerCertificate {
  static constexpr std::size_t kMostNames = 64;

  /// Its subject alternative names as `dns:oms.internal` (in lower case), `uri:…`, `email:…`; other kinds are passed
  /// over, the common name too. A certificate with more than kMostNames has none.
  std::vector<std::string> names;
  WallTime not_after;  ///< of it or of a certificate in its chain, whichever ends first

  /// `chain`: the verified one, the client's own certificate first.
  explicit PeerCertificate(const std::vector<X509*>& chain);
  PeerCertificate() = default;
};

}  // namespace causeway::net
