// How a cluster's endpoints are reached, besides their addresses: over TLS, with which credentials.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "config/errors.h"
#include "expression/template.h"
#include "net/tls_client.h"
#include "upstream/credentials.h"
#include "upstream/token_source.h"

namespace causeway::upstream {

struct ClusterSettings;

struct Reach {
  std::shared_ptr<const net::TlsClient> tls;       ///< null: in plain text
  std::shared_ptr<const Credentials> credentials;  ///< null: none
  std::shared_ptr<TokenSource> token;              ///< what they show, where somebody has to fetch it; else null
};

/// What it is built from. All of it outlives the building alone, but for the tokens, which outlive the reach.
struct ReachContext {
  const expression::Template::FindSecret& secrets;  ///< what `{{ secret:NAME }}` names
  /// Is this a secret by which callers of the gateway prove who they are? Whoever has the one would have the other.
  const std::function<bool(std::string_view)>& inbound;
  TokenSources& tokens;
  std::size_t workers;
  WallTime now;
};

/// Reads the files that it names. What is wrong goes to `errors`, at its place; then it is not fit for use.
Reach build_reach(const ClusterSettings& cluster, const ReachContext& context, config::Errors& errors);

}  // namespace causeway::upstream
