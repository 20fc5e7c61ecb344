#include <gtest/gtest.h>

#include "security/oauth/client_references.h"
#include "security/oauth/settings.h"
#include "security/oauth/url_rules.h"
#include "security/reading.h"

namespace causeway::security {
namespace {

std::string problems(std::string_view yaml) {
  config::Errors errors;
  settings<OauthSettings>(yaml, errors);
  return errors.to_text();
}
/// Of a provider with these keys.
std::string provider_problems(const std::string& keys) {
  return problems("providers:\n  - {name: p, issuer: i, audiences: [a], " + keys + "}\n");
}

TEST(OauthSettings, ReadsTheDesignsExample) {
  const auto oauth = settings<OauthSettings>(R"(
providers:
  - {name: corp, issuer: https://idp.example.com, audiences: [causeway], jwks: {url: https://idp.example.com/keys}, algorithms: [RS256, ES256], client_claim: azp}
  - {name: erp, issuer: https://erp.internal, audiences: [causeway], keys: [{kid: k1, algorithm: HS256, secret: 0123456789abcdef0123456789abcdef}], client_claim: sub}
  - {name: own, issuer: https://gw.example.com, token_endpoint: {path: /oauth/token, lifetime: 1h, algorithm: ES256, key: tls/oauth.key}}
)");
  ASSERT_EQ(oauth.providers.size(), 3u);
  const ProviderSettings& corp = oauth.providers[0];
  EXPECT_EQ(*corp.jwks->url->value.begin(), 'h');
  EXPECT_EQ(corp.jwks->refresh, std::chrono::minutes(10));
  EXPECT_EQ(corp.algorithms, (std::vector{JwsAlgorithm::kRs256, JwsAlgorithm::kEs256}));
  EXPECT_EQ(corp.client_claim, "azp");
  EXPECT_EQ(oauth.providers[1].given_keys[0].algorithm, JwsAlgorithm::kHs256);
  const ProviderSettings& own = oauth.providers[2];
  EXPECT_EQ(oauth.own(), &own);
  EXPECT_EQ(own.client_claim, "client_id");
  EXPECT_EQ(own.accepted_audiences(), std::vector<std::string>{"https://gw.example.com"});
  EXPECT_TRUE(own.token_endpoint->key->is_absolute());
  EXPECT_EQ(own.token_endpoint->key->filename(), "oauth.key");
}

TEST(OauthSettings, TakesPemInlineOrFromAFile) {
  const auto oauth = settings<OauthSettings>(R"(
providers:
  - name: p
    issuer: i
    audiences: [a]
    keys:
      - {kid: a, algorithm: RS256, public_key: keys/a.pem}
      - kid: b
        algorithm: RS256
        public_key: |
          -----BEGIN PUBLIC KEY-----
          AAAA
          -----END PUBLIC KEY-----
)");
  EXPECT_TRUE(oauth.providers[0].given_keys[0].public_key->value.file.is_absolute());
  EXPECT_EQ(oauth.providers[0].given_keys[1].public_key->value.file, "");
  EXPECT_EQ(oauth.providers[0].given_keys[1].public_key->value.text.substr(0, 26), "-----BEGIN PUBLIC KEY-----");
}

TEST(OauthSettings, NeedsExactlyOneKindOfKeys) {
  const std::string one =
      "t.yaml:2:5: providers[0]: a provider needs exactly one of \"jwks\", \"keys\" and \"token_endpoint\"\n";
  EXPECT_EQ(provider_problems("client_claim: sub"), one);
  EXPECT_EQ(provider_problems("jwks: {file: k}, token_endpoint: {key: k}"), one);
  EXPECT_EQ(provider_problems("keys: []"), "t.yaml:2:48: providers[0].keys: a provider needs at least one key\n");
}

TEST(OauthSettings, NamesWhatAProviderLacks) {
  EXPECT_EQ(problems("providers: [{name: own, token_endpoint: {key: k}}]"),
            "t.yaml:1:13: providers[0]: missing \"issuer\" (exactly the `iss` of its tokens)\n");
  EXPECT_EQ(problems("providers: [{name: p, issuer: i, jwks: {file: k}}]"),
            "t.yaml:1:13: providers[0]: a provider needs at least one audience: whom its tokens are for\n");
  EXPECT_EQ(problems("providers: [{name: o, issuer: i, audiences: [], token_endpoint: {key: k}}]"),
            "t.yaml:1:45: providers[0].audiences: a provider needs at least one audience: whom its tokens are for\n");
  EXPECT_EQ(problems("providers: [{name: \"a b\", issuer: \"\", audiences: [a], jwks: {file: k}}]"),
            "t.yaml:1:20: providers[0].name: a provider's name is 1 to 64 of the characters A-Z a-z 0-9 . _ -, got \"a "
            "b\"\n"
            "t.yaml:1:35: providers[0].issuer: the issuer is empty\n");
}

TEST(OauthSettings, RefusesWhatIsThereTwice) {
  EXPECT_EQ(problems(R"(
providers:
  - {name: a, issuer: i, token_endpoint: {key: k}}
  - {name: a, issuer: j, audiences: [x], jwks: {file: k}}
  - {name: b, issuer: i, token_endpoint: {key: k}}
)"),
            "t.yaml:4:12: providers[1].name: the provider \"a\" is used twice; first at t.yaml:3:12\n"
            "t.yaml:5:12: providers[2].name: \"a\" has the token endpoint already; there is one\n"
            "t.yaml:5:23: providers[2].issuer: the issuer \"i\" is used twice; first at t.yaml:3:23\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256, secret: 0123456789abcdef0123456789abcdef}, {kid: k, "
                              "algorithm: HS256, secret: 0123456789abcdef0123456789abcdef}]"),
            "t.yaml:2:125: providers[0].keys[1].kid: the kid \"k\" is used twice; first at t.yaml:2:55\n");
}

TEST(OauthSettings, ChecksSecretsAgainstTheirAlgorithm) {
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256, secret: 0123456789abcdef0123456789abcde}]"),
            "t.yaml:2:84: providers[0].keys[0].secret: HS256 needs a secret of at least 32 bytes\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256, secret_base64url: MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}]"),
            "t.yaml:2:94: providers[0].keys[0].secret_base64url: HS256 needs a secret of at least 32 bytes\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256, secret_base64url: MDEyMzQ1Njc4OTAxMjM0NTY3ODkw+TIz}]"),
            "t.yaml:2:94: providers[0].keys[0].secret_base64url: expected base64url without padding\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: RS256, secret: 0123456789abcdef0123456789abcdef}]"),
            "t.yaml:2:69: providers[0].keys[0].algorithm: RS256 takes a public_key\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256, public_key: k.pem}]"),
            "t.yaml:2:69: providers[0].keys[0].algorithm: HS256 takes a secret\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: HS256}]"),
            "t.yaml:2:49: providers[0].keys[0]: a key needs exactly one of \"secret\", \"secret_base64url\" and "
            "\"public_key\"\n");
  EXPECT_EQ(provider_problems("keys: [{kid: k, algorithm: none, public_key: k}]").substr(0, 57),
            "t.yaml:2:69: providers[0].keys[0].algorithm: expected one");
}

TEST(OauthSettings, FetchesKeysOnlyOnASafeWay) {
  EXPECT_EQ(provider_problems("jwks: {url: http://idp.example.com/keys}"),
            "t.yaml:2:54: providers[0].jwks.url: keys over http can be replaced on the way: https, or http on the "
            "loopback\n");
  EXPECT_EQ(provider_problems("jwks: {url: \"https://user:pw@idp/keys\"}"),
            "t.yaml:2:54: providers[0].jwks.url: expected a URL such as https://idp.example.com/keys\n");
  EXPECT_EQ(provider_problems("jwks: {}"),
            "t.yaml:2:48: providers[0].jwks: jwks needs exactly one of \"url\" and \"file\"\n");
  EXPECT_EQ(provider_problems("jwks: {file: a, ca: b}"), "t.yaml:2:62: providers[0].jwks.ca: ca is for a url\n");
  EXPECT_EQ(provider_problems("jwks: {url: \"https://idp/k\"}, algorithms: [HS256]"),
            "t.yaml:2:84: providers[0].algorithms: keys from a url are public, so none of them serves HS256, HS384 or "
            "HS512\n");
  EXPECT_EQ(provider_problems("jwks: {url: \"http://127.0.0.1:8080/k\"}"), "");
  EXPECT_EQ(provider_problems("token_endpoint: {key: k}, algorithms: [ES256]"),
            "t.yaml:2:80: providers[0].algorithms: algorithms is for jwks: other keys have their own\n");
}

TEST(OauthSettings, ChecksTheTokenEndpoint) {
  EXPECT_EQ(provider_problems("token_endpoint: {key: k, algorithm: HS256, path: /a}"),
            "t.yaml:2:78: providers[0].token_endpoint.algorithm: the endpoint's key is published, which HS256 does not "
            "allow\n");
  EXPECT_EQ(provider_problems("token_endpoint: {key: k, path: \"/a?b\"}"),
            "t.yaml:2:73: providers[0].token_endpoint.path: expected a path such as /oauth/token\n");
  EXPECT_EQ(provider_problems("token_endpoint: {key: k}, client_claim: sub"),
            "t.yaml:2:82: providers[0].client_claim: own tokens name their client in client_id\n");
}

TEST(UrlSafety, KnowsWhatStaysOnTheMachine) {
  EXPECT_EQ(safety_of("https://idp.example.com/keys?x=1"), UrlSafety::kHttps);
  for (const auto* url :
       {"http://localhost/k", "http://127.0.0.1:80/k", "http://127.1.2.3/k", "http://[::1]:1/k", "http://localhost"})
    EXPECT_EQ(safety_of(url), UrlSafety::kLoopbackHttp) << url;
  for (const auto* url : {"http://idp/k", "http://127.0.0.1.evil.example/k", "http://localhost.evil.example/k",
                          "http://[::2]/k", "http://0.0.0.0/k"})
    EXPECT_EQ(safety_of(url), UrlSafety::kPlain) << url;
  for (const auto* url : {"", "https://", "ftp://a/b", "file:///etc/passwd", "https:///k", "http://127.0.0.1@evil/k",
                          "https://a/b#c", "https://a b/c", "https://a\n/b", "https://a:b/c", "https://a:/c",
                          "https://[::1/c", "https://a\\@b/c", "HTTPS://a/b"})
    EXPECT_EQ(safety_of(url), UrlSafety::kMalformed) << url;
}

struct All {
  std::vector<ConsumerSettings> consumers;
  OauthSettings oauth;
  static const config::Keys<All>& keys() {
    static const auto keys =
        config::Keys<All>("all").optional("consumers", &All::consumers, "").optional("oauth", &All::oauth, "");
    return keys;
  }
};

TEST(ClientReferences, MustFitTheProviders) {
  config::Errors errors;
  const All all = settings<All>(R"(
oauth:
  providers:
    - {name: corp, issuer: i, audiences: [a], jwks: {file: k}}
    - {name: own, issuer: j, token_endpoint: {key: k}}
consumers:
  - name: a
    oauth: [{provider: crop, client: x}, {provider: corp, client: x, secret: 0123456789abcdef}]
  - name: b
    oauth: [{provider: corp, client: x}, {provider: own, client: x}, {provider: own, client: ""}]
)",
                                errors);
  ASSERT_EQ(errors.to_text(), "");
  check_client_references(all.oauth, all.consumers, errors);
  EXPECT_EQ(
      errors.to_text(),
      "t.yaml:8:24: consumers[0].oauth[0].provider: unknown provider \"crop\" (did you mean \"corp\"?)\n"
      "t.yaml:8:53: consumers[0].oauth[1].provider: \"corp\" has no token endpoint here, so a \"secret\" is of no "
      "use\n"
      "t.yaml:10:38: consumers[1].oauth[0].client: the client \"x\" of \"corp\" is used twice; first at "
      "t.yaml:8:67\n"
      "t.yaml:10:66: consumers[1].oauth[1].client: missing \"secret\": \"x\" gets its tokens from the gateway's own "
      "endpoint\n"
      "t.yaml:10:94: consumers[1].oauth[2].client: missing \"secret\": \"\" gets its tokens from the gateway's own "
      "endpoint\n"
      "t.yaml:10:94: consumers[1].oauth[2].client: the client is empty\n");
}

}  // namespace
}  // namespace causeway::security
