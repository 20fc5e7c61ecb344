#include "app/oauth/oauth_parts.h"

namespace causeway::app {

OauthParts compile_oauth(const Settings& settings, const security::ConsumerTable& consumers, ProcessState& state,
                         config::Errors& errors) {
  OauthParts parts;
  const security::ProviderSettings* const own = settings.oauth.own();
  if (own != nullptr) parts.issuer = security::TokenIssuer::load(*own, errors);
  security::TokenVerifier verifier(settings.oauth, settings.consumers, consumers,
                                   parts.issuer ? &parts.issuer->key() : nullptr, state.key_sources, errors);
  parts.feeds = jwks_feeds(settings.oauth, verifier.sources(), errors);
  if (!settings.oauth.providers.empty())
    parts.authenticator = std::make_shared<const plugins::OauthAuthenticator>(std::move(verifier), state.worker_count);
  return parts;
}

}  // namespace causeway::app
