#include "adapters/token/token_adapter.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/token/document_adapter.h"
#include "fakes/exchange_fixture.h"
#include "security/oauth_configured.h"

namespace causeway::adapters {
namespace {

constexpr std::string_view kGood = "grant_type=client_credentials&client_id=market&client_secret=0123456789abcdef";
constexpr std::string_view kWrong = "grant_type=client_credentials&client_id=market&client_secret=guess";

class TokenAdapterTest : public fakes::ExchangeFixture {
 protected:
  ~TokenAdapterTest() override { end_calls(); }

  fakes::Call& ask(std::string_view body, const TokenAdapter& by) {
    fakes::Call& one =
        call("POST /oauth/token HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\nContent-Length: " +
             std::to_string(body.size()));
    one.exchange.request.body = Body(one.exchange.arena.copy(body));
    EXPECT_EQ(fakes::failure(run(by.call(one.exchange))), "");
    return one;
  }
  /// The answer, a token in it replaced by TOKEN.
  std::string answer_to(std::string_view body) {
    std::string text = answer(ask(body, adapter));
    const std::size_t begin = text.find(R"("access_token":")");
    if (begin == std::string::npos) return text;
    const std::size_t at = begin + 16;
    token = text.substr(at, text.find('"', at) - at);
    return text.replace(at, token.size(), "TOKEN");
  }
  static std::string refusal(const std::string& status, const std::string& error, const std::string& words,
                             const std::string& fields = {}) {
    return status + '\n' + fields + "Content-Type: application/json\nCache-Control: no-store\nPragma: no-cache\n\n" +
           R"({"error":")" + error + R"(","error_description":")" + words + R"("})";
  }
  static std::string success(const std::string& scope) {
    return "200\nContent-Type: application/json\nCache-Control: no-store\nPragma: no-cache\n\n"
           R"({"access_token":"TOKEN","token_type":"Bearer","expires_in":3600,"scope":")" +
           scope + R"("})";
  }

  security::Configured configured;
  std::shared_ptr<TokenAttempts> attempts = std::make_shared<TokenAttempts>(64);
  const TokenAdapter adapter{
      std::shared_ptr<const security::TokenIssuer>(std::move(configured.issuer)),
      security::TokenClients(*configured.all.oauth.own(), configured.all.consumers, configured.table), attempts};
  std::string token;
};

TEST_F(TokenAdapterTest, AClientGetsATokenWithItsScopes) {
  EXPECT_EQ(answer_to(kGood), success("orders:read orders:write stock:read"));
  const auto verified = configured.verifier.verify(token, clock.wall());
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->consumer->name, "market");
  EXPECT_EQ(verified->scopes, verified->consumer->scope_views);
}

TEST_F(TokenAdapterTest, TheRecordKnowsWhoAsked) {
  const Exchange& exchange = ask(kGood, adapter).exchange;
  EXPECT_TRUE(exchange.authenticated);
  EXPECT_EQ(exchange.consumer->name, "market");
  EXPECT_EQ(exchange.call_class, CallClass::kSuccess);
}

TEST_F(TokenAdapterTest, ItMayAskForFewerScopesInAnyOrder) {
  EXPECT_EQ(answer_to(std::string(kGood) + "&scope=stock:read"), success("stock:read"));
  EXPECT_EQ(answer_to(std::string(kGood) + "&scope=stock:read++orders:read+stock:read"),
            success("stock:read orders:read"));
  const std::string refused =
      refusal("400", "invalid_scope", "the client does not have every scope that was asked for");
  EXPECT_EQ(answer_to(std::string(kGood) + "&scope=stock:read+admin"), refused);
  EXPECT_EQ(answer_to(std::string(kGood) + "&scope=stock"), refused);
}

TEST_F(TokenAdapterTest, AWrongSecretAndAnUnknownClientLookTheSame) {
  const std::string refused = refusal("401", "invalid_client", "unknown client or wrong secret",
                                      "WWW-Authenticate: Basic realm=\"causeway\"\n");
  EXPECT_EQ(answer_to(kWrong), refused);
  EXPECT_EQ(answer_to("grant_type=client_credentials&client_id=nobody&client_secret=0123456789abcdef"), refused);
  const Exchange& exchange = ask(kWrong, adapter).exchange;
  EXPECT_FALSE(exchange.authenticated);
  EXPECT_EQ(exchange.reason, "invalid_client");
  EXPECT_EQ(exchange.call_class, CallClass::kBusiness);
}

TEST_F(TokenAdapterTest, OtherGrantsAreRefusedOnceTheClientIsKnown) {
  EXPECT_EQ(answer_to("grant_type=password&client_id=market&client_secret=0123456789abcdef"),
            refusal("400", "unsupported_grant_type", "only client_credentials is taken"));
  EXPECT_EQ(answer_to("grant_type=password&client_id=market&client_secret=guess").substr(0, 3), "401");
}

TEST_F(TokenAdapterTest, ALongBodyIsNotRead) {
  EXPECT_EQ(answer_to(std::string(kGood) + "&x=" + std::string(kMostTokenRequestBytes, 'x')),
            refusal("400", "invalid_request", "the body is too long"));
}

TEST_F(TokenAdapterTest, AnAddressThatKeepsFailingWaitsButRightCredentialsDoNot) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(answer_to(kWrong).substr(0, 3), "401") << i;
  EXPECT_EQ(answer_to(kWrong), refusal("429", "invalid_client", "too many failed attempts", "Retry-After: 6\n"));
  EXPECT_EQ(answer_to(kGood), success("orders:read orders:write stock:read"));
  advance(std::chrono::seconds(6));
  EXPECT_EQ(answer_to(kWrong).substr(0, 3), "401");
  EXPECT_EQ(answer_to(kWrong).substr(0, 3), "429");
}

TEST_F(TokenAdapterTest, ADocumentIsPublishedAsItIs) {
  const DocumentAdapter document(R"({"keys":[]})");
  fakes::Call& one = call();
  EXPECT_FALSE(document.needs_whole_request());
  EXPECT_EQ(fakes::failure(run(document.call(one.exchange))), "");
  EXPECT_EQ(answer(one), "200\nContent-Type: application/json\nCache-Control: public, max-age=300\n\n{\"keys\":[]}");
}

}  // namespace
}  // namespace causeway::adapters
