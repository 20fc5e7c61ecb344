#include "security/oauth/settings_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base64.h"
#include "security/consumer_settings.h"
#include "security/oauth/url_rules.h"

namespace causeway::security {
namespace {

using config::Node;
using config::Reading;

bool takes_secret(JwsAlgorithm algorithm) { return traits(algorithm).family == KeyFamily::kSecret; }

/// At the value of `key`, or at the mapping when it has none.
void blame(const Node& node, std::string_view key, Reading& reading, std::string message,
           std::string_view code = "invalid") {
  const Node* const value = node.find(key);
  if (value == nullptr) return reading.error(node, std::move(message), code);
  auto step = reading.enter(key);
  reading.error(*value, std::move(message), code);
}

void check_secret(JwsAlgorithm algorithm, std::string_view key, std::size_t bytes, const Node& node, Reading& reading) {
  const std::size_t least = traits(algorithm).octets;
  if (bytes >= least) return;
  blame(node, key, reading, fmt::format("{} needs a secret of at least {} bytes", config::name_of(algorithm), least),
        "secret");
}

void check_jwks_algorithms(const ProviderSettings& provider, const Node& node, Reading& reading) {
  if (node.find("algorithms") == nullptr) return;
  if (!provider.jwks) return blame(node, "algorithms", reading, "algorithms is for jwks: other keys have their own");
  if (provider.algorithms.empty()) return blame(node, "algorithms", reading, "the list is empty, so no key would do");
  if (provider.jwks->url && std::ranges::any_of(provider.algorithms, takes_secret))
    blame(node, "algorithms", reading, "keys from a url are public, so none of them serves HS256, HS384 or HS512");
}

void check_kids(const ProviderSettings& provider, Reading& reading) {
  std::map<std::string_view, config::Position> seen;
  for (const ProviderKeySettings& key : provider.given_keys) {
    const auto [earlier, first] = seen.try_emplace(key.kid.value, key.kid.position);
    if (first) continue;
    reading.errors().add(
        key.kid.position, key.kid.path,
        fmt::format("the kid {} is used twice; first at {}", config::quote(key.kid.value), earlier->second.to_text()),
        "conflict");
  }
}

/// Reports the second of equal values.
template <class Get>
void check_unique(const std::vector<ProviderSettings>& providers, std::string_view what, Get get, Reading& reading) {
  std::map<std::string_view, config::Position> seen;
  for (const ProviderSettings& provider : providers) {
    const config::Placed<std::string>& value = get(provider);
    const auto [earlier, first] = seen.try_emplace(value.value, value.position);
    if (first) continue;
    reading.errors().add(value.position, value.path,
                         fmt::format("the {} {} is used twice; first at {}", what, config::quote(value.value),
                                     earlier->second.to_text()),
                         "conflict");
  }
}

}  // namespace

void check_jwks(const JwksSettings& jwks, const Node& node, Reading& reading) {
  if (jwks.url.has_value() == jwks.file.has_value())
    return reading.error(node, "jwks needs exactly one of \"url\" and \"file\"");
  if (jwks.ca && !jwks.url) blame(node, "ca", reading, "ca is for a url");
  if (!jwks.url) return;
  switch (safety_of(jwks.url->value)) {
    case UrlSafety::kMalformed:
      return blame(node, "url", reading, "expected a URL such as https://idp.example.com/keys", "expected");
    case UrlSafety::kPlain:
      return blame(node, "url", reading, "keys over http can be replaced on the way: https, or http on the loopback");
    case UrlSafety::kLoopbackHttp:
      if (jwks.ca) blame(node, "ca", reading, "ca is for an https url");
      return;
    case UrlSafety::kHttps:
      return;
  }
}

void check_provider_key(const ProviderKeySettings& key, const Node& node, Reading& reading) {
  if (key.kid.value.empty()) blame(node, "kid", reading, "the kid is empty");
  const int given =
      int{key.secret.has_value()} + int{key.secret_base64url.has_value()} + int{key.public_key.has_value()};
  if (given != 1)
    return reading.error(node, "a key needs exactly one of \"secret\", \"secret_base64url\" and \"public_key\"");
  if (takes_secret(key.algorithm) == key.public_key.has_value())
    return blame(node, "algorithm", reading,
                 fmt::format("{} takes a {}", config::name_of(key.algorithm),
                             takes_secret(key.algorithm) ? "secret" : "public_key"));
  if (key.secret) check_secret(key.algorithm, "secret", key.secret->size(), node, reading);
  if (!key.secret_base64url) return;
  auto decoded = from_base64url(key.secret_base64url->reveal());
  if (!decoded) return blame(node, "secret_base64url", reading, "expected base64url without padding", "secret");
  check_secret(key.algorithm, "secret_base64url", decoded->size(), node, reading);
  config::wipe(*decoded);
}

void check_endpoint(const TokenEndpointSettings& endpoint, const Node& node, Reading& reading) {
  if (takes_secret(endpoint.algorithm))
    blame(node, "algorithm", reading,
          fmt::format("the endpoint's key is published, which {} does not allow", config::name_of(endpoint.algorithm)));
  const std::string& path = endpoint.path.value;
  const bool plain = std::ranges::all_of(path, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '-' ||
           c == '.' || c == '_' || c == '~';
  });
  if (path.size() < 2 || path.front() != '/' || !plain || path.find("//") != std::string::npos)
    blame(node, "path", reading, "expected a path such as /oauth/token", "expected");
}

void check_provider(const ProviderSettings& provider, const Node& node, Reading& reading) {
  if (!is_name(provider.name.value))
    blame(node, "name", reading,
          fmt::format("a provider's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got {}",
                      config::quote(provider.name.value)));
  if (provider.issuer.value.empty()) blame(node, "issuer", reading, "the issuer is empty");
  if (provider.client_claim.empty()) blame(node, "client_claim", reading, "the name of the claim is empty");
  const int ways =
      int{provider.jwks.has_value()} + int{node.find("keys") != nullptr} + int{provider.token_endpoint.has_value()};
  if (ways != 1)
    return reading.error(node, "a provider needs exactly one of \"jwks\", \"keys\" and \"token_endpoint\"");
  if (node.find("keys") != nullptr && provider.given_keys.empty())
    blame(node, "keys", reading, "a provider needs at least one key");
  if (provider.audiences.empty() && (!provider.token_endpoint || node.find("audiences") != nullptr))
    blame(node, "audiences", reading, "a provider needs at least one audience: whom its tokens are for", "missing");
  if (std::ranges::find(provider.audiences, std::string()) != provider.audiences.end())
    blame(node, "audiences", reading, "an audience is empty");
  if (provider.token_endpoint && node.find("client_claim") != nullptr)
    blame(node, "client_claim", reading, "own tokens name their client in client_id");
  check_jwks_algorithms(provider, node, reading);
  check_kids(provider, reading);
}

void check_providers(const OauthSettings& oauth, const Node&, Reading& reading) {
  check_unique(
      oauth.providers, "provider", [](const auto& provider) -> const auto& { return provider.name; }, reading);
  check_unique(
      oauth.providers, "issuer", [](const auto& provider) -> const auto& { return provider.issuer; }, reading);
  const ProviderSettings* own = nullptr;
  for (const ProviderSettings& provider : oauth.providers) {
    if (!provider.token_endpoint) continue;
    if (own != nullptr)
      reading.errors().add(
          provider.name.position, provider.name.path,
          fmt::format("{} has the token endpoint already; there is one", config::quote(own->name.value)), "conflict");
    own = &provider;
  }
}

}  // namespace causeway::security
