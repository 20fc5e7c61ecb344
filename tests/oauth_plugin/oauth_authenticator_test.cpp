#include "plugins/oauth/oauth_authenticator.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/exchange_fixture.h"
#include "security/oauth_configured.h"

namespace causeway::plugins {
namespace {

class OauthAuthenticatorTest : public fakes::ExchangeFixture {
 protected:
  ~OauthAuthenticatorTest() override { end_calls(); }

  security::TokenVerifier verifier() {
    return {configured.all.oauth,      configured.all.consumers, configured.table,
            &configured.issuer->key(), configured.sources,       configured.errors};
  }
  std::string issue(std::string_view client, std::span<const std::string_view> scopes = {}) {
    return configured.issuer->issue(client, scopes, clock.wall());
  }
  fakes::Call& with(const std::string& authorization) {
    return call("GET / HTTP/1.1\nHost: a\nAuthorization: " + authorization);
  }
  /// What becomes of a call with this token: its consumer and scopes, or the failure.
  std::string outcome(const OauthAuthenticator& by, const std::string& token) {
    fakes::Call& one = with("Bearer " + token);
    const std::string failure = fakes::failure(by.on_head(one.exchange));
    EXPECT_EQ(one.exchange.authenticated, failure.empty());
    if (!failure.empty()) return failure;
    std::string text = one.exchange.consumer->name;
    for (const std::string_view scope : one.exchange.scopes) text.append(" ").append(scope);
    return text + (one.exchange.scopes_narrowed ? " (narrowed)" : "");
  }

  security::Configured configured;
  const OauthAuthenticator scheme{verifier(), 1};
};

TEST_F(OauthAuthenticatorTest, TheBearerOfATokenIsKnownFromTheHeadAlone) {
  EXPECT_FALSE(scheme.needs_whole_request());
  EXPECT_EQ(scheme.scheme(), "oauth");
  EXPECT_EQ(scheme.challenge(), "Bearer");
  EXPECT_EQ(outcome(scheme, issue("shop")), "shop (narrowed)");
}

TEST_F(OauthAuthenticatorTest, ItIsPresentedByTheWordBearerInAnyCase) {
  for (const char* text : {"Bearer x", "bearer x", "BEARER x", "Bearer", "Bearer  x"})
    EXPECT_TRUE(scheme.presented(with(text).exchange.request)) << text;
  for (const char* text : {"ApiKey x", "Basic x", "Bearerx", "Bear", "Bearer:x", ""})
    EXPECT_FALSE(scheme.presented(with(text).exchange.request)) << text;
  EXPECT_FALSE(scheme.presented(call("GET / HTTP/1.1\nHost: a\nX-API-Key: Bearer").exchange.request));
}

TEST_F(OauthAuthenticatorTest, TheScopesAreThoseOfTheTokenThatTheConsumerHas) {
  const std::string_view scopes[] = {"stock:read", "admin", "orders:read"};
  const std::string token = issue("market", scopes);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(outcome(scheme, token), "market orders:read stock:read (narrowed)");
}

TEST_F(OauthAuthenticatorTest, ATokenThatNamesNoScopesLeavesTheConsumersOwn) {
  const std::string token = security::token(R"({"alg":"HS256","kid":"k1"})",
                                            R"({"iss":"https://erp","aud":"gateway","sub":"app-2","exp":)" +
                                                std::to_string(unix_milliseconds(clock.wall()) / 1000 + 60) + "}",
                                            security::JwsAlgorithm::kHs256, security::kSecret);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(outcome(scheme, token), "market orders:read orders:write stock:read");
}

TEST_F(OauthAuthenticatorTest, WhomATokenSpeaksForIsNotedFromTheMemoryToo) {
  security::Sha256Digest first{};
  const std::string shop = issue("shop");
  for (const std::string& token : {shop, shop, issue("market")}) {
    fakes::Call& one = with("Bearer " + token);
    EXPECT_EQ(fakes::failure(scheme.on_head(one.exchange)), "");
    EXPECT_NE(one.exchange.token_subject, security::Sha256Digest{});
    if (first == security::Sha256Digest{}) first = one.exchange.token_subject;
    EXPECT_EQ(one.exchange.token_subject == first, token == shop);
  }
}

TEST_F(OauthAuthenticatorTest, WhatIsNoTokenProvesNothing) {
  EXPECT_EQ(outcome(scheme, ""), "40191 bad_token_form: it has not three parts");
  EXPECT_EQ(outcome(scheme, "a.b.c").substr(0, 20), "40191 bad_token_form");
  EXPECT_EQ(outcome(scheme, std::string(9000, 'x')).substr(0, 20), "40191 token_too_long");
  EXPECT_EQ(outcome(scheme, issue("nobody")), "40191 unknown_client");
}

TEST_F(OauthAuthenticatorTest, WhatWasVerifiedIsKnownUntilItExpires) {
  const std::string token = issue("shop");
  EXPECT_EQ(outcome(scheme, token), "shop (narrowed)");
  advance(std::chrono::seconds(3659));
  EXPECT_EQ(outcome(scheme, token), "shop (narrowed)");
  advance(std::chrono::seconds(2));
  EXPECT_EQ(outcome(scheme, token), "40192 token_expired");
}

TEST_F(OauthAuthenticatorTest, AWorkerWithoutACacheVerifiesEachTime) {
  const OauthAuthenticator bare(verifier(), 0);
  const std::string token = issue("shop");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(outcome(bare, token), "shop (narrowed)");
}

TEST_F(OauthAuthenticatorTest, ScopesOutliveTheirPlaceInTheCache) {
  const std::string_view scopes[] = {"orders:read", "orders:write"};
  fakes::Call& one = with("Bearer " + issue("market", scopes));
  EXPECT_EQ(fakes::failure(scheme.on_head(one.exchange)), "");
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(outcome(scheme, issue("shop")), "shop (narrowed)");  // more than it holds
  ASSERT_EQ(one.exchange.scopes.size(), 2u);
  EXPECT_EQ(one.exchange.scopes[0], "orders:read");
  EXPECT_EQ(one.exchange.scopes[1], "orders:write");
}

}  // namespace
}  // namespace causeway::plugins
