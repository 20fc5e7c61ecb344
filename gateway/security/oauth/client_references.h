// Do the consumers' `oauth` lists fit the providers?
#pragma once

#include <span>

#include "config/errors.h"
#include "security/consumer_settings.h"
#include "security/oauth/settings.h"

namespace causeway::security {

/// Errors at their place: an unknown provider, one client for two consumers, a secret that the own token endpoint lacks
/// or that another provider has no use for.
void check_client_references(const OauthSettings& settings, std::span<const ConsumerSettings> consumers,
                             config::Errors& errors);

}  // namespace causeway::security
