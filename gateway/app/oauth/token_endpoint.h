// The routes that the gateway's own provider brings along: its token endpoint, the public half of its key, and the
// document by which clients find both (RFC 6749, 7517, 8414).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/oauth/oauth_parts.h"
#include "exchange/adapter.h"
#include "routing/method.h"

namespace causeway::app {

/// A route that no route file names. Callers need no credentials for it, and its answer has no envelope.
struct BuiltinRoute {
  std::string name;
  routing::Methods methods = routing::Methods::kNone;
  routing::PathTemplate path;
  std::unique_ptr<const Adapter> adapter;
  config::Position position;  ///< of what brought it, for errors about it
  std::string origin;         ///< likewise: `oauth.providers[1].token_endpoint.path`
};

/// None without a token endpoint. `consumers` outlives them.
std::vector<BuiltinRoute> token_routes(const Settings& settings, const OauthParts& parts,
                                       const security::ConsumerTable& consumers, ProcessState& state,
                                       config::Errors& errors);

}  // namespace causeway::app
