// `oauth` of the operators' configuration (design: config.md; details.md, Authentication). Values, without behaviour;
// the files that they name are read when the verifier and the issuer are built.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "security/oauth/algorithm.h"

namespace causeway::security {

/// Tolerated between the provider's clock and ours, for exp, nbf and iat.
inline constexpr std::chrono::seconds kTokenLeeway{60};

/// A key as PEM: the text itself (`-----BEGIN …`) or the file that holds it.
struct PemSource {
  std::string text;            ///< empty when `file` is given
  std::filesystem::path file;  ///< absolute
};

/// `jwks: {url | file, ca, refresh: 10m}`.
struct JwksSettings {
  std::optional<config::Placed<std::string>> url;  ///< https, or http of the loopback
  std::optional<config::Placed<std::filesystem::path>> file;
  std::optional<config::Placed<std::filesystem::path>> ca;  ///< PEM that the url's server is checked against
  Duration refresh = std::chrono::minutes(10);

  static const config::Keys<JwksSettings>& keys();
};

/// A key given by value; exactly one of the three.
struct ProviderKeySettings {
  config::Placed<std::string> kid;
  JwsAlgorithm algorithm = JwsAlgorithm::kRs256;
  std::optional<config::Secret> secret;            ///< its bytes as they are
  std::optional<config::Secret> secret_base64url;  ///< as a JWK's `k`
  std::optional<config::Placed<PemSource>> public_key;
  bool sound = true;  ///< false: could not be read, which has been reported

  static const config::Keys<ProviderKeySettings>& keys();
};

/// The gateway's own token endpoint.
struct TokenEndpointSettings {
  config::Placed<std::string> path{"/oauth/token", {}, {}};
  Duration lifetime = std::chrono::hours(1);
  JwsAlgorithm algorithm = JwsAlgorithm::kEs256;  ///< never one with a secret: its key is published
  config::Placed<std::filesystem::path> key;      ///< PEM of the private key

  static const config::Keys<TokenEndpointSettings>& keys();
};

/// Exactly one of `jwks`, `keys` and `token_endpoint`.
struct ProviderSettings {
  config::Placed<std::string> name;
  config::Placed<std::string> issuer;
  std::vector<std::string> audiences;      ///< one must be in `aud`; of the own provider also what is put there
  std::vector<JwsAlgorithm> algorithms;    ///< of JWKS keys that may be used; empty: see kDefaultAlgorithms
  std::string client_claim = "client_id";  ///< RFC 9068, 2.2; others use `azp`, `appid` or `sub`
  std::optional<JwksSettings> jwks;
  std::vector<ProviderKeySettings> given_keys;  ///< named so because `keys` is the description
  std::optional<TokenEndpointSettings> token_endpoint;

  /// Those that its tokens must be for. Own tokens are for the issuer itself unless told otherwise.
  std::vector<std::string> accepted_audiences() const {
    return audiences.empty() ? std::vector<std::string>{issuer.value} : audiences;
  }
  static const config::Keys<ProviderSettings>& keys();
};

/// For JWKS keys where a provider lists none. An RSA key that names no algorithm is then one for RS256.
inline constexpr JwsAlgorithm kDefaultAlgorithms[] = {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEs384,
                                                      JwsAlgorithm::kEs512, JwsAlgorithm::kEdDsa};

/// Names and issuers that occur twice and a second token endpoint are errors.
struct OauthSettings {
  std::vector<ProviderSettings> providers;

  /// The one with a token endpoint; null when there is none.
  const ProviderSettings* own() const;
  static const config::Keys<OauthSettings>& keys();
};

}  // namespace causeway::security

template <>
struct causeway::config::Value<causeway::security::PemSource> {
  static bool read_into(const Node& node, Reading& reading, security::PemSource& out, const Range*);
  static Shape shape() { return {.form = Shape::Form::kText, .type = "PEM text or file"}; }
  static std::string text(const security::PemSource&) { return {}; }
};
