#include "security/oauth/settings.h"

#include <algorithm>

#include "security/oauth/settings_rules.h"

namespace causeway::security {

const config::Keys<JwksSettings>& JwksSettings::keys() {
  static const auto keys =
      config::Keys<JwksSettings>("JWKS")
          .optional("url", &JwksSettings::url, "where the provider publishes its keys: https, or http on the loopback")
          .optional("file", &JwksSettings::file, "a file with them instead, looked at again every `refresh`")
          .optional("ca", &JwksSettings::ca, "PEM file that the url's server is checked against")
          .by_default("the system's")
          .optional("refresh", &JwksSettings::refresh, "how often the keys are fetched anew")
          .range(std::chrono::milliseconds(100), std::chrono::hours(24))
          .exactly_one("url", "file")
          .check(check_jwks);
  return keys;
}

const config::Keys<ProviderKeySettings>& ProviderKeySettings::keys() {
  static const auto keys =
      config::Keys<ProviderKeySettings>("provider key")
          .required("kid", &ProviderKeySettings::kid, "what tokens call it")
          .required("algorithm", &ProviderKeySettings::algorithm, "the one algorithm that it serves")
          .optional("secret", &ProviderKeySettings::secret,
                    "shared secret of HS256 (at least 32 bytes), HS384 (48) or HS512 (64)")
          .optional("secret_base64url", &ProviderKeySettings::secret_base64url, "the same in base64url")
          .optional("public_key", &ProviderKeySettings::public_key,
                    "PEM of a public key or certificate, or the file that holds it")
          .exactly_one("secret", "secret_base64url", "public_key")
          .sound(&ProviderKeySettings::sound)
          .check(check_provider_key);
  return keys;
}

const config::Keys<TokenEndpointSettings>& TokenEndpointSettings::keys() {
  static const auto keys = config::Keys<TokenEndpointSettings>("token endpoint")
                               .optional("path", &TokenEndpointSettings::path, "where consumers get tokens")
                               .optional("lifetime", &TokenEndpointSettings::lifetime, "how long a token lasts")
                               .range(std::chrono::seconds(1), std::chrono::hours(24))
                               .optional("algorithm", &TokenEndpointSettings::algorithm, "what tokens are signed with")
                               .required("key", &TokenEndpointSettings::key, "PEM file of the private key")
                               .check(check_endpoint);
  return keys;
}

const config::Keys<ProviderSettings>& ProviderSettings::keys() {
  static const auto keys =
      config::Keys<ProviderSettings>("OAuth provider")
          .required("name", &ProviderSettings::name, "what consumers' `oauth` refers to")
          .required("issuer", &ProviderSettings::issuer, "exactly the `iss` of its tokens")
          .optional("audiences", &ProviderSettings::audiences,
                    "a token must be for one of them; the own provider's tokens are for all of them, by default for "
                    "its issuer")
          .optional("algorithms", &ProviderSettings::algorithms, "algorithms of `jwks` keys that may be used")
          .by_default("RS256, ES256, ES384, ES512, EdDSA")
          .optional("client_claim", &ProviderSettings::client_claim,
                    "the claim that names the client: client_id (RFC 9068), azp, appid, sub …")
          .optional("jwks", &ProviderSettings::jwks, "keys that the provider publishes")
          .optional("keys", &ProviderSettings::given_keys, "keys by value")
          .optional("token_endpoint", &ProviderSettings::token_endpoint,
                    "the gateway's own endpoint, for consumers without an identity provider")
          .exactly_one("jwks", "keys", "token_endpoint")
          .check(check_provider);
  return keys;
}

const ProviderSettings* OauthSettings::own() const {
  const auto found = std::ranges::find_if(providers, [](const auto& each) { return each.token_endpoint.has_value(); });
  return found == providers.end() ? nullptr : &*found;
}

const config::Keys<OauthSettings>& OauthSettings::keys() {
  static const auto keys = config::Keys<OauthSettings>("OAuth")
                               .required("providers", &OauthSettings::providers, "whose tokens are accepted")
                               .check(check_providers);
  return keys;
}

}  // namespace causeway::security

namespace causeway::config {

bool Value<security::PemSource>::read_into(const Node& node, Reading& reading, security::PemSource& out, const Range*) {
  std::string text;
  if (!detail::read_string(node, reading, text)) return false;
  if (text.find("-----BEGIN ") == std::string::npos) return detail::read_path(node, reading, out.file);
  out.text = std::move(text);
  return true;
}

}  // namespace causeway::config
