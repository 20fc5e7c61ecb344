#include <gtest/gtest.h>

#include "security/oauth/token_clients.h"
#include "security/oauth_configured.h"

namespace causeway::security {
namespace {

TEST(TokenIssuer, SignsWhatTheVerifierTakes) {
  const std::string_view scopes[] = {"orders:read", "stock:read"};
  const std::string text = shared().issuer->issue("market", scopes, at(kNow));
  EXPECT_EQ(shared().verdict(text), "ok market");
  EXPECT_EQ(shared().verdict(text, kNow + 3659), "ok market");
  EXPECT_EQ(shared().verdict(text, kNow + 3660), "40192 token_expired");
  EXPECT_EQ(shared().verdict(shared().issuer->issue("nobody", scopes, at(kNow))), "40191 unknown_client");

  const std::string jti_free = [&] {
    std::string payload = *from_base64url(text.substr(text.find('.') + 1, text.rfind('.') - text.find('.') - 1));
    const std::size_t jti = payload.find("\"jti\":\"") + 7;
    return payload.replace(jti, 36, "UUID");
  }();
  EXPECT_EQ(jti_free, R"({"iss":"https://gw","sub":"market","client_id":"market","aud":"https://gw","iat":1800000000,)"
                      R"("exp":1800003600,"jti":"UUID","scope":"orders:read stock:read"})");
  EXPECT_EQ(*from_base64url(text.substr(0, text.find('.'))),
            R"({"alg":"ES256","kid":")" + shared().issuer->key().kid() + R"(","typ":"at+jwt"})");
  EXPECT_EQ(shared().issuer->jwks(), R"({"keys":[)" + shared().issuer->key().public_jwk() + "]}");
  EXPECT_NE(shared().issuer->issue("market", scopes, at(kNow)), text) << "each has its own jti";

  const auto narrow = shared().verifier.verify(text, at(kNow));
  EXPECT_EQ(narrow->scopes, (std::vector<std::string_view>{"orders:read", "stock:read"}));
  const auto none = shared().verifier.verify(shared().issuer->issue("market", {}, at(kNow)), at(kNow));
  EXPECT_TRUE(none->narrowed) << "no scopes are not all scopes";
  EXPECT_TRUE(none->scopes.empty());
}

TEST(TokenIssuer, NamesTheKeyThatItCannotRead) {
  config::Errors errors;
  const auto own = settings<ProviderSettings>("{name: own, issuer: i, token_endpoint: {key: /nowhere/x.key}}");
  EXPECT_EQ(TokenIssuer::load(own, errors), nullptr);
  EXPECT_EQ(errors.to_text(),
            "t.yaml:1:46: token_endpoint.key: /nowhere/x.key cannot be read: No such file or directory\n");
}

TEST(TokenClients, KnowsClientsByTheirSecret) {
  const TokenClients clients(*shared().all.oauth.own(), shared().all.consumers, shared().table);
  EXPECT_EQ(clients.authenticate("market", "0123456789abcdef"), shared().table.find("market"));
  EXPECT_EQ(clients.authenticate("shop", "fedcba9876543210"), shared().table.find("shop"));
  EXPECT_EQ(clients.authenticate("shop", "0123456789abcdef"), nullptr);
  EXPECT_EQ(clients.authenticate("market", ""), nullptr);
  EXPECT_EQ(clients.authenticate("", ""), nullptr);
  EXPECT_EQ(clients.authenticate("app-1", "0123456789abcdef"), nullptr) << "of another provider";
}

}  // namespace
}  // namespace causeway::security
