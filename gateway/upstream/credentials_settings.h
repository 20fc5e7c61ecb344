// `credentials` of a cluster: what the system is shown. Values, without behaviour.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"
#include "security/signature_version.h"
#include "upstream/secret_text.h"

namespace causeway::upstream {

/// `basic: {user: causeway, password: "{{ secret:WMS_PASSWORD }}"}` (RFC 7617).
struct BasicCredentialSettings {
  std::string user;
  config::Placed<SecretText> password;
  static const config::Keys<BasicCredentialSettings>& keys();
};

/// `header: {name: X-Api-Key, value: "{{ secret:WMS_KEY }}"}`
struct HeaderCredentialSettings {
  std::string name;
  config::Placed<SecretText> value;
  static const config::Keys<HeaderCredentialSettings>& keys();
};

/// `signature: {key: gateway-b, secret: "{{ secret:B }}", audience: b}`: the gateway's own scheme, for another
/// Causeway.
struct SignatureCredentialSettings {
  std::string key;
  config::Placed<SecretText> secret;
  std::string audience = "causeway";  ///< `signing.audience` of the other side; of v2 only
  security::SignatureVersion version = security::SignatureVersion::kV2;
  static const config::Keys<SignatureCredentialSettings>& keys();
};

enum class Grant : std::uint8_t { kClientCredentials };
constexpr auto names(Grant) { return config::table<Grant>({{"client_credentials", Grant::kClientCredentials}}); }

/// `oauth: {token_url: https://idp.internal/token, client: causeway, secret: …, scope: stock}` (RFC 6749, 4.4).
struct OauthCredentialSettings {
  Grant grant = Grant::kClientCredentials;
  config::Placed<std::string> token_url;  ///< https, or http of the loopback
  std::string client;
  config::Placed<SecretText> secret;
  std::string scope;     ///< empty: not asked for
  std::string audience;  ///< likewise
  std::optional<config::Placed<std::filesystem::path>> ca;
  static const config::Keys<OauthCredentialSettings>& keys();
};

/// Exactly one of them.
struct CredentialSettings {
  std::optional<config::Placed<SecretText>> bearer;
  std::optional<BasicCredentialSettings> basic;
  std::optional<HeaderCredentialSettings> header;
  std::optional<SignatureCredentialSettings> signature;
  std::optional<OauthCredentialSettings> oauth;
  static const config::Keys<CredentialSettings>& keys();
};

}  // namespace causeway::upstream
