#include "adapters/fallback/answer_key.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"

namespace causeway::adapters {
namespace {

class AnswerKeyTest : public fakes::ExchangeFixture {
 protected:
  std::string key(fakes::Call& one, KeyRules rules = {}) { return security::to_hex(key_of(one.exchange, rules)); }
  std::string key(std::string_view head, KeyRules rules = {}) { return key(call(head), rules); }
  fakes::Call& from(std::string_view consumer, std::string_view head = "GET /orders HTTP/1.1\nHost: a") {
    fakes::Call& one = call(head);
    one.exchange.consumer = consumers.find(consumer);
    one.exchange.authenticated = true;
    one.exchange.scopes = one.exchange.consumer->scope_views;
    return one;
  }
  std::string vary(std::string_view value, KeyRules rules = {}) {
    net::Headers answer;
    answer.add(net::HeaderId::kVary, value);
    const auto list = vary_of(call().exchange, answer, rules);
    return list ? std::string(*list) : "not kept";
  }
  std::string varied(std::string_view head, std::string_view vary) {
    return security::to_hex(varied_by(call(head).exchange, vary));
  }

  const security::ConsumerTable consumers = fakes::consumers();
};

TEST_F(AnswerKeyTest, CallersAreToldApartUnlessTheyShare) {
  EXPECT_EQ(key(from("oms")), key(from("oms")));
  EXPECT_NE(key(from("oms")), key(from("reporting")));
  EXPECT_NE(key(from("oms")), key(call("GET /orders HTTP/1.1\nHost: a")));
  EXPECT_EQ(key(from("oms"), {.shared = true}), key(from("reporting"), {.shared = true}));
  EXPECT_NE(key(from("oms")), key(from("oms"), {.shared = true}));
}

TEST_F(AnswerKeyTest, SomebodyWhoOnlySaysAConsumersNameHasProvedNothing) {
  fakes::Call& one = from("oms");
  one.exchange.authenticated = false;
  EXPECT_EQ(key(one), key(call("GET /orders HTTP/1.1\nHost: a")));
}

TEST_F(AnswerKeyTest, TokensOfOneConsumerAreToldApartByWhomTheySpeakForAndWhatTheyMayDo) {
  fakes::Call& one = from("oms");
  fakes::Call& other = from("oms");
  other.exchange.token_subject = security::sha256("issuer subject");
  EXPECT_NE(key(one), key(other));
  fakes::Call& third = from("oms");
  const std::string_view scopes[] = {"orders:read"};
  third.exchange.scopes = scopes;
  EXPECT_NE(key(one), key(third));
}

TEST_F(AnswerKeyTest, EveryPartOfTheQuestionCounts) {
  const std::string base = key("GET /orders HTTP/1.1\nHost: a");
  EXPECT_EQ(key("GET /orders HTTP/1.1\nHost: a\nUser-Agent: x\nX-Own: 1"), base);
  EXPECT_EQ(key("HEAD /orders HTTP/1.1\nHost: a"), base);
  EXPECT_NE(key("GET /orders2 HTTP/1.1\nHost: a"), base);
  EXPECT_NE(key("GET /orders? HTTP/1.1\nHost: a"), base);
  EXPECT_NE(key("GET /orders?a=1 HTTP/1.1\nHost: a"), base);
  EXPECT_NE(key("GET /orders HTTP/1.1\nHost: b"), base);
  EXPECT_NE(key("GET /orders HTTP/1.1\nHost: a\nAccept: text/csv"), base);
  EXPECT_NE(key("GET /orders HTTP/1.1\nHost: a\nCookie: s=1"), base);
}

TEST_F(AnswerKeyTest, PartsDoNotRunTogether) {
  EXPECT_NE(key("GET /orders?a HTTP/1.1\nHost: a"), key("GET /ordersa? HTTP/1.1\nHost: a"));
  EXPECT_NE(key("GET / HTTP/1.1\nHost: a\nAccept: x\nCookie: y"), key("GET / HTTP/1.1\nHost: a\nAccept: x\nAccept: y"));
}

TEST_F(AnswerKeyTest, WhereTheRouteLooksAtFieldsTheyCountButCredentialsDoNot) {
  const KeyRules rules{.all_fields = true};
  const std::string base = key("GET /orders HTTP/1.1\nHost: a\nX-Shop: 1", rules);
  EXPECT_NE(key("GET /orders HTTP/1.1\nHost: a\nX-Shop: 2", rules), base);
  EXPECT_EQ(key("GET /orders HTTP/1.1\nHost: a\nX-Shop: 1\nX-Timestamp: 5\nX-Request-Id: 7", rules), base);
}

TEST_F(AnswerKeyTest, VaryNamesFieldsThatCanBeToldApart) {
  EXPECT_EQ(vary("Accept-Language, X-Shop"), "Accept-Language, X-Shop");
  EXPECT_EQ(vary("*"), "not kept");
  EXPECT_EQ(vary("Accept, *"), "not kept");
  EXPECT_EQ(vary("X-Request-Id"), "not kept");
  EXPECT_EQ(vary("X-Forwarded-For"), "not kept");
  EXPECT_EQ(vary("x-forwarded-host"), "x-forwarded-host");
  EXPECT_EQ(vary("X-Consumer-Name"), "X-Consumer-Name");
  EXPECT_EQ(vary("X-Consumer-Name", {.shared = true}), "not kept");
}

TEST_F(AnswerKeyTest, AnAnswerInACodingIsForThoseWhoTakeIt) {
  net::Headers answer;
  answer.add(net::HeaderId::kContentEncoding, "gzip");
  EXPECT_EQ(vary_of(call().exchange, answer, {}), "Accept-Encoding");
  answer.add(net::HeaderId::kVary, "X-Shop");
  EXPECT_EQ(vary_of(call().exchange, answer, {}), "Accept-Encoding,X-Shop");
}

TEST_F(AnswerKeyTest, WhatVariesIsWhatTheCallerSaysInTheseFields) {
  const std::string base = varied("GET / HTTP/1.1\nHost: a\nAccept-Language: de", "Accept-Language, X-Shop");
  EXPECT_EQ(varied("GET / HTTP/1.1\nHost: a\naccept-language: de\nX-Own: 1", "Accept-Language, X-Shop"), base);
  EXPECT_NE(varied("GET / HTTP/1.1\nHost: a\nAccept-Language: en", "Accept-Language, X-Shop"), base);
  EXPECT_NE(varied("GET / HTTP/1.1\nHost: a\nAccept-Language: de\nX-Shop: 1", "Accept-Language, X-Shop"), base);
}

TEST_F(AnswerKeyTest, AFieldThatDoesNotGoOnToTheSystemCannotVaryItsAnswer) {
  EXPECT_EQ(varied("GET / HTTP/1.1\nHost: a\nAccept-Encoding: gzip", "Accept-Encoding"),
            varied("GET / HTTP/1.1\nHost: a", "Accept-Encoding"));
}

}  // namespace
}  // namespace causeway::adapters
