#include "plugins/authentication/authentication_plugin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::plugins {
namespace {

/// Counts what it is asked; believes everybody, or says `refusal`.
class FakeScheme final : public Authenticator {
 public:
  FakeScheme(std::string name, net::HeaderId header, bool needs_body)
      : name_(std::move(name)), header_(header), needs_body_(needs_body) {}

  std::string_view scheme() const override { return name_; }
  std::string_view challenge() const override { return name_; }
  bool presented(const Request& request) const override { return request.head->headers.contains(header_); }
  bool needs_whole_request() const override { return needs_body_; }
  Result<> on_head(Exchange& exchange) const override {
    log += "head ";
    if (refuse_head) return refusal();
    exchange.authenticated = !needs_body_;
    return {};
  }
  Step on_body(Exchange& exchange) const override {
    log += "body ";
    if (waits) return proof(exchange);
    if (refuse_body) return refusal();
    exchange.authenticated = true;
    return Step::next();
  }

  bool of_connection() const override { return of_the_connection; }
  std::string_view ambiguous(const Request&) const override { return why_ambiguous; }

  bool of_the_connection = false;
  std::string_view why_ambiguous;
  bool refuse_head = false;
  bool refuse_body = false;
  bool waits = false;  ///< has its say only after a while
  std::string reason = "wrong_signature";
  mutable std::string log;

 private:
  Task<Result<Flow>> proof(Exchange& exchange) const {
    co_await sleep_for(exchange.worker, std::chrono::milliseconds(1));
    log += "proof ";
    if (refuse_body) co_return refusal();
    exchange.authenticated = true;
    co_return Flow::kContinue;
  }
  Error refusal() const {
    Error error(Code::kWrongCredentials);
    error.info().reason = reason;
    return error;
  }

  std::string name_;
  net::HeaderId header_;
  bool needs_body_;
};

/// Knows who calls after the body.
class LateScheme final : public Authenticator {
 public:
  explicit LateScheme(const security::Consumer& consumer) : consumer_(consumer) {}
  std::string_view scheme() const override { return "late"; }
  std::string_view challenge() const override { return "Late"; }
  bool presented(const Request&) const override { return true; }
  bool needs_whole_request() const override { return true; }
  Result<> on_head(Exchange& exchange) const override {
    exchange.consumer_follows = true;
    return {};
  }
  Step on_body(Exchange& exchange) const override {
    exchange.consumer = &consumer_;
    exchange.authenticated = true;
    return Step::next();
  }

 private:
  const security::Consumer& consumer_;
};

class AuthenticationPluginTest : public fakes::ExchangeFixture {
 protected:
  AuthenticationPlugin plugin_of(std::vector<std::shared_ptr<FakeScheme>> schemes) {
    std::vector<AuthenticationPlugin::Scheme> rows;
    for (auto& scheme : schemes) rows.push_back({scheme, metrics.intern(scheme->scheme())});
    return {std::move(rows), shared};
  }

  /// What both phases say of a call with these fields; `ok` when it is proved who calls.
  std::string outcome(const AuthenticationPlugin& plugin, std::string_view fields) {
    std::string text = "GET /orders HTTP/1.1\nHost: a";
    if (!fields.empty()) text.append("\n").append(fields);
    fakes::Call& one = call(text);
    Step head = plugin.on_head(one.exchange);
    if (!*head.verdict()) return fakes::describe(head.verdict()->error());
    const Result<Flow> verdict = said(plugin.on_body(one.exchange));
    if (!verdict) return fakes::describe(verdict.error());
    return one.exchange.authenticated ? "ok" : "let through without proof";
  }

  std::string failures() const { return samples("causeway_auth_failures_total"); }
  static std::string failure_sample(std::string_view scheme, std::string_view reason) {
    return "causeway_auth_failures_total{scheme=\"" + std::string(scheme) + "\",reason=\"" + std::string(reason) +
           "\"} 1\n";
  }

  const std::shared_ptr<const AuthenticationMetrics> shared = std::make_shared<AuthenticationMetrics>(metrics);
  const std::shared_ptr<FakeScheme> signature =
      std::make_shared<FakeScheme>("signature", net::HeaderId::kXSignature, true);
  const std::shared_ptr<FakeScheme> api_key = std::make_shared<FakeScheme>("api_key", net::HeaderId::kXApiKey, false);
  const AuthenticationPlugin both = plugin_of({signature, api_key});
};

TEST_F(AuthenticationPluginTest, AsksForTheWholeBodyOnlyWhereASchemeNeedsIt) {
  EXPECT_FALSE(both.needs().whole_request);  // it depends on who is calling
  for (const auto& [fields, gathered] : {std::pair("X-Signature: s", true), std::pair("X-API-Key: k", false)}) {
    fakes::Call& one = call(std::string("POST /orders HTTP/1.1\nHost: a\n") + fields);
    Step head = both.on_head(one.exchange);
    EXPECT_TRUE(head.verdict()->ok());
    EXPECT_EQ(one.exchange.request.gather, gathered) << fields;
  }
  EXPECT_TRUE(both.needs().head && both.needs().body);
  EXPECT_FALSE(both.needs().response);
}

TEST_F(AuthenticationPluginTest, TheSchemeThatIsPresentedDecides) {
  EXPECT_EQ(outcome(both, "X-Signature: s"), "ok");
  EXPECT_EQ(signature->log, "head body ");
  EXPECT_EQ(api_key->log, "");
  EXPECT_EQ(outcome(both, "X-API-Key: k"), "ok");
  EXPECT_EQ(api_key->log, "head ");  // the head was proof enough
  EXPECT_EQ(failures(), "");
}

TEST_F(AuthenticationPluginTest, AFailedSchemeIsNotRescuedByAnother) {
  signature->refuse_body = true;
  EXPECT_EQ(outcome(both, "X-Signature: s"), "40191 wrong_signature");
  EXPECT_EQ(api_key->log, "");
  EXPECT_EQ(failures(), failure_sample("signature", "wrong_signature"));
}

TEST_F(AuthenticationPluginTest, ARefusalAtTheHeadComesBeforeTheBody) {
  signature->refuse_head = true;
  signature->reason = "unknown_key";
  EXPECT_EQ(outcome(both, "X-Signature: s"), "40191 unknown_key");
  EXPECT_EQ(signature->log, "head ");
  EXPECT_EQ(failures(), failure_sample("signature", "unknown_key"));
}

TEST_F(AuthenticationPluginTest, WithoutCredentialsTheyAreAskedFor) {
  EXPECT_EQ(outcome(both, ""), "40190 no_credentials");
  EXPECT_EQ(outcome(both, "X-Timestamp: 1772337600123"), "40190 no_credentials");
  EXPECT_EQ(failures(), "causeway_auth_failures_total{scheme=\"none\",reason=\"no_credentials\"} 2\n");
}

TEST_F(AuthenticationPluginTest, CredentialsOfASchemeThatTheRouteDoesNotAllowAreWrong) {
  EXPECT_EQ(outcome(plugin_of({api_key}), "X-Signature: s"), "40191 scheme_not_allowed");
  EXPECT_EQ(outcome(plugin_of({api_key}), "Authorization: Bearer t"), "40191 scheme_not_allowed");
  EXPECT_EQ(outcome(plugin_of({signature}), "X-API-Key: k"), "40191 scheme_not_allowed");
  EXPECT_EQ(failures(), "causeway_auth_failures_total{scheme=\"none\",reason=\"scheme_not_allowed\"} 3\n");
}

TEST_F(AuthenticationPluginTest, ACredentialThatOccursTwiceCouldBeReadEitherWay) {
  for (const char* name : {"Authorization", "X-API-Key", "X-Signature", "X-Timestamp", "X-Nonce", "X-Content-Sha256"}) {
    const std::string twice = std::string(name) + ": a\n" + name + ": a";
    EXPECT_EQ(outcome(both, twice), "40090 doubled_credentials") << name;
  }
  EXPECT_EQ(signature->log + api_key->log, "");
  EXPECT_EQ(failures(), "causeway_auth_failures_total{scheme=\"none\",reason=\"doubled_credentials\"} 6\n");
}

TEST_F(AuthenticationPluginTest, TwoKindsOfCredentialsAreOneTooMany) {
  EXPECT_EQ(outcome(both, "X-Signature: s\nX-API-Key: k"), "40090 two_kinds_of_credentials");
  EXPECT_EQ(outcome(both, "Authorization: ApiKey k\nX-API-Key: k"), "40090 two_kinds_of_credentials");
  EXPECT_EQ(outcome(plugin_of({api_key}), "Authorization: Bearer t\nX-API-Key: k"), "40090 two_kinds_of_credentials");
  EXPECT_EQ(outcome(both, "Authorization: bearer t\nX-Signature: s"), "40090 two_kinds_of_credentials");
  EXPECT_EQ(signature->log + api_key->log, "");
}

TEST_F(AuthenticationPluginTest, ACredentialOfTheConnectionCountsOnlyWhereTheCallShowsNone) {
  const auto mtls = std::make_shared<FakeScheme>("mtls", net::HeaderId::kHost, false);  // every call has it
  mtls->of_the_connection = true;
  const AuthenticationPlugin plugin = plugin_of({mtls, signature});
  EXPECT_EQ(outcome(plugin, ""), "ok");
  EXPECT_EQ(mtls->log, "head ");
  EXPECT_EQ(outcome(plugin, "X-Signature: s"), "ok");
  EXPECT_EQ(signature->log, "head body ");
  signature->refuse_body = true;
  EXPECT_EQ(outcome(plugin, "X-Signature: s"), "40191 wrong_signature");
  EXPECT_EQ(outcome(plugin, "X-API-Key: k"), "40191 scheme_not_allowed");
  EXPECT_EQ(mtls->log, "head ");
}

TEST_F(AuthenticationPluginTest, ASchemeKnowsWhichOfItsHeadersAreAmbiguous) {
  signature->why_ambiguous = "doubled_credentials";
  EXPECT_EQ(outcome(both, "X-API-Key: k"), "40090 doubled_credentials");
  EXPECT_EQ(outcome(plugin_of({api_key}), "X-API-Key: k"), "ok");
}

TEST_F(AuthenticationPluginTest, WhoIsKnownOnlyAfterTheBodyGetsItsScopesThen) {
  const security::ConsumerTable consumers =
      fakes::consumers_of("consumers: [{name: shop, scopes: [b, a], certificates: [\"dns:shop\"]}]");
  const auto late = std::make_shared<LateScheme>(*consumers.find("shop"));
  const AuthenticationPlugin plugin({{late, metrics.intern("late")}}, shared);
  fakes::Call& one = call();
  EXPECT_TRUE(*plugin.on_head(one.exchange).verdict());
  EXPECT_TRUE(one.exchange.scopes.empty());
  EXPECT_TRUE(*plugin.on_body(one.exchange).verdict());
  EXPECT_EQ(std::vector<std::string_view>(one.exchange.scopes.begin(), one.exchange.scopes.end()),
            (std::vector<std::string_view>{"a", "b"}));
}

TEST_F(AuthenticationPluginTest, WaitsForASchemeThatAnswersLater) {
  signature->waits = true;
  EXPECT_EQ(outcome(both, "X-Signature: s"), "ok");
  EXPECT_EQ(signature->log, "head body proof ");
  signature->refuse_body = true;
  signature->reason = "not_recorded";
  EXPECT_EQ(outcome(both, "X-Signature: s"), "40191 not_recorded");
  EXPECT_EQ(failures(), failure_sample("signature", "not_recorded"));
}

TEST_F(AuthenticationPluginTest, AReasonThatNobodyForesawCountsAsOther) {
  api_key->refuse_head = true;
  api_key->reason = "made up by a caller";
  EXPECT_EQ(outcome(both, "X-API-Key: k"), "40191 made up by a caller");
  EXPECT_EQ(failures(), failure_sample("api_key", "other"));
}

}  // namespace
}  // namespace causeway::plugins
