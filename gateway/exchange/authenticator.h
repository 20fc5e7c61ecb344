// One way to prove who is calling (signature, api_key, later oauth …). The authentication plugin picks the one whose
// credentials are shown; it never falls through to another.
#pragma once

#include <string_view>

#include "core/result.h"
#include "exchange/exchange.h"

namespace causeway {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// The scheme's name in `auth: {any: […]}` and in metrics.
  virtual std::string_view scheme() const = 0;
  /// What WWW-Authenticate says about it.
  virtual std::string_view challenge() const = 0;
  /// Does the call show credentials of this kind?
  virtual bool presented(const Request& request) const = 0;
  virtual bool needs_whole_request() const = 0;
  /// Looks at the head alone: sets exchange.consumer, and exchange.authenticated when the head was proof enough.
  virtual Result<> on_head(Exchange& exchange) const = 0;
  /// After the body; sets exchange.authenticated.
  virtual Result<> on_body(Exchange& exchange) const = 0;
};

}  // namespace causeway
