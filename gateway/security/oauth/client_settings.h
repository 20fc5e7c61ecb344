// `consumers[].oauth`: who a consumer is at an OAuth provider (design: config.md). Values, without behaviour.
#pragma once

#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::security {

/// `{provider: corp, client: marketplace-app}`; with a secret where the provider is the gateway's own.
struct OauthClientSettings {
  config::Placed<std::string> provider;
  config::Placed<std::string> client;
  std::optional<config::Secret> secret;

  static const config::Keys<OauthClientSettings>& keys();
};

}  // namespace causeway::security
