// One way to prove who is calling (signature, api_key, later oauth …). The authentication plugin picks the one whose
// credentials are shown; it never falls through to another.
#pragma once

#include <string_view>

#include "core/result.h"
#include "exchange/plugin.h"

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
  /// Why these credentials could be read in two ways, as a reason; empty when they cannot. Asked whenever the route
  /// allows the scheme.
  virtual std::string_view ambiguous(const Request&) const { return {}; }
  /// The credential belongs to the connection, not to the call: one that the call shows itself goes before it.
  virtual bool of_connection() const { return false; }
  /// Every call with these credentials is gathered before on_body. A scheme for which that depends on the call says
  /// false and sets exchange.request.gather at the head.
  virtual bool needs_whole_request() const = 0;
  /// Looks at the head alone: sets exchange.consumer, or exchange.consumer_follows when only the body can tell, and
  /// exchange.authenticated when the head was proof enough.
  virtual Result<> on_head(Exchange& exchange) const = 0;
  /// After the body; goes on with exchange.authenticated set, and exchange.consumer where it follows.
  virtual Step on_body(Exchange& exchange) const = 0;
};

}  // namespace causeway
