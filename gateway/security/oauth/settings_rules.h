// Rules of `oauth` that span keys, for the descriptions in settings.cpp. Errors go to the reading, at their place.
#pragma once

#include "config/reading.h"
#include "security/oauth/settings.h"

namespace causeway::security {

void check_jwks(const JwksSettings& jwks, const config::Node& node, config::Reading& reading);
void check_provider_key(const ProviderKeySettings& key, const config::Node& node, config::Reading& reading);
void check_endpoint(const TokenEndpointSettings& endpoint, const config::Node& node, config::Reading& reading);
void check_provider(const ProviderSettings& provider, const config::Node& node, config::Reading& reading);
void check_providers(const OauthSettings& oauth, const config::Node& node, config::Reading& reading);

}  // namespace causeway::security
