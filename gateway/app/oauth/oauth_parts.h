// What the key `oauth` compiles to: the scheme, the gateway's own issuer, and where keys are fetched from.
#pragma once

#include <memory>
#include <vector>

#include "app/oauth/jwks_feed.h"
#include "app/process_state.h"
#include "app/settings.h"
#include "plugins/oauth/oauth_authenticator.h"
#include "security/oauth/token_issuer.h"

namespace causeway::app {

struct OauthParts {
  std::shared_ptr<const plugins::OauthAuthenticator> authenticator;  ///< null without providers
  std::shared_ptr<const security::TokenIssuer> issuer;               ///< null without a token endpoint
  std::vector<JwksFeed> feeds;
};

/// Reads the keys that are given by value or file; what is wrong goes to the errors. Fetches nothing. `consumers`
/// outlives the parts.
OauthParts compile_oauth(const Settings& settings, const security::ConsumerTable& consumers, ProcessState& state,
                         config::Errors& errors);

}  // namespace causeway::app
