#include "security/oauth/client_settings.h"

namespace causeway::security {

const config::Keys<OauthClientSettings>& OauthClientSettings::keys() {
  static const auto keys =
      config::Keys<OauthClientSettings>("OAuth client")
          .required("provider", &OauthClientSettings::provider, "a provider of `oauth.providers`")
          .refers_to("OAuth provider")
          .required("client", &OauthClientSettings::client, "what the provider calls the consumer in its tokens")
          .optional("secret", &OauthClientSettings::secret,
                    "what it proves itself with at the gateway's own token endpoint");
  return keys;
}

}  // namespace causeway::security
