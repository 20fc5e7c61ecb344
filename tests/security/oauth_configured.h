// A configuration with providers of every kind, for the tests of OAuth.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>

#include "security/oauth/token_issuer.h"
#include "security/oauth/token_verifier.h"
#include "security/oauth_tokens.h"
#include "security/reading.h"

namespace causeway::security {

inline constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
inline constexpr std::int64_t kNow = 1'800'000'000;

inline WallTime at(std::int64_t second) { return WallTime(std::chrono::seconds(second)); }

struct OauthConfiguration {
  std::vector<ConsumerSettings> consumers;
  SigningSettings signing;
  OauthSettings oauth;
  static const config::Keys<OauthConfiguration>& keys() {
    static const auto keys = config::Keys<OauthConfiguration>("all")
                                 .required("consumers", &OauthConfiguration::consumers, "")
                                 .required("oauth", &OauthConfiguration::oauth, "");
    return keys;
  }
};

inline std::string indented(const std::string& pem) {
  std::string text;
  for (std::size_t begin = 0; begin < pem.size();) {
    const std::size_t end = pem.find('\n', begin);
    text += "            " + pem.substr(begin, end - begin) + '\n';
    begin = end + 1;
  }
  return text;
}

inline std::string private_key_file() {
  const std::string path = ::testing::TempDir() + "oauth_test.key";
  std::ofstream(path) << p256_key().private_pem;
  return path;
}

inline std::string yaml() {
  std::string text = R"(
consumers:
  - name: market
    scopes: [orders:write, orders:read, stock:read]
    oauth: [{provider: corp, client: app-1}, {provider: erp, client: app-2}, {provider: idp, client: app-3}, {provider: own, client: market, secret: 0123456789abcdef}]
  - name: shop
    scopes: [orders:read]
    oauth: [{provider: corp, client: app-2}, {provider: own, client: shop, secret: fedcba9876543210}]
oauth:
  providers:
    - {name: erp, issuer: https://erp, audiences: [causeway, gateway], keys: [{kid: k1, algorithm: HS256, secret: 0123456789abcdef0123456789abcdef}], client_claim: sub}
    - {name: idp, issuer: https://idp, audiences: [causeway], jwks: {url: https://idp/keys}}
    - {name: own, issuer: https://gw, token_endpoint: {key: )" +
                     private_key_file() + R"(}}
    - name: corp
      issuer: https://corp
      audiences: [causeway]
      client_claim: azp
      keys:
)";
  for (const auto& row : names(JwsAlgorithm{})) {
    if (row.text.starts_with("HS")) continue;
    text += "        - kid: " + std::string(row.text) + "\n          algorithm: " + std::string(row.text) +
            "\n          public_key: |\n" + indented(key_for(row.value).public_pem);
  }
  return text;
}

/// One configuration.
struct Configured {
  config::Errors errors;
  OauthConfiguration all;
  ConsumerTable table;
  KeySources sources;
  std::unique_ptr<TokenIssuer> issuer;
  TokenVerifier verifier;

  Configured() : all(settings<OauthConfiguration>(yaml(), errors)), table(all.consumers, all.signing, errors) {
    if (all.oauth.own() != nullptr) issuer = TokenIssuer::load(*all.oauth.own(), errors);
    verifier = TokenVerifier(all.oauth, all.consumers, table, issuer ? &issuer->key() : nullptr, sources, errors);
    EXPECT_EQ(errors.to_text(), "");
  }

  /// `ok`, or the code and the reason.
  std::string verdict(std::string_view token, std::int64_t now = kNow) const {
    const auto verified = verifier.verify(token, at(now));
    if (verified) return "ok " + verified->consumer->name;
    return std::to_string(number(verified.error().code())) + ' ' + verified.error().info_if()->reason;
  }
};

inline const Configured& shared() {
  static const Configured made;
  return made;
}

}  // namespace causeway::security
