#include "exchange/call_values.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/consumers.h"
#include "fakes/exchange_fixture.h"
#include "fakes/scripted_body.h"

namespace causeway {
namespace {

using expression::Variable;

class CallValuesTest : public fakes::ExchangeFixture {
 protected:
  std::string value(fakes::Call& one, Variable variable) {
    const auto context = CallValues::of(one.exchange).on_the_way_in({variable}, false);
    return context ? std::string(context->values->get(variable)) : fakes::describe(context.error());
  }
  void set_parameters(fakes::Call& one, std::initializer_list<std::string_view> values) {
    for (const std::string_view each : values) one.exchange.match.parameters.push(each);
    one.exchange.match.parameters.set_names(names);
  }

  const std::vector<std::string> names{"id", "rest"};
};

TEST_F(CallValuesTest, ParametersAreDecoded) {
  fakes::Call& one = call();
  EXPECT_EQ(value(one, Variable::kParams), "{}");
  fakes::Call& other = call();
  set_parameters(other, {"a%20b+%22", "x/%e4%b8%ad"});
  EXPECT_EQ(value(other, Variable::kParams), R"({"id":"a b+\"","rest":"x/中"})");
}

TEST_F(CallValuesTest, OfARepeatedQueryParameterTheLastCounts) {
  EXPECT_EQ(value(call("GET /?b=1&a=x+y&b=%32&c HTTP/1.1\nHost: a"), Variable::kQuery),
            R"({"a":"x y","b":"2","c":""})");
  EXPECT_EQ(value(call("GET /?a=1&%ff=1&%fe=2 HTTP/1.1\nHost: a"), Variable::kQuery),
            "{\"a\":\"1\",\"\xef\xbf\xbd\":\"2\"}");
  EXPECT_EQ(value(call(), Variable::kQuery), "{}");
}

TEST_F(CallValuesTest, HeadersAreInLowerCaseAndJoined) {
  EXPECT_EQ(value(call("GET / HTTP/1.1\nHost: a\nX-B: 1\nx-b: 2\nAccept: */*"), Variable::kHeaders),
            R"({"accept":"*/*","host":"a","x-b":"1, 2"})");
}

TEST_F(CallValuesTest, CredentialsAndWhatOnlyTheGatewayMaySetAreNotSeen) {
  EXPECT_EQ(
      value(call("GET / HTTP/1.1\nAuthorization: Bearer x\nX-API-Key: k\nX-Api_Key: k\nX-Signature: s\nX-Nonce: n\n"
                 "Cookie: c\nX-Shopify-Hmac-Sha256: h\nX-Gitlab-Token: t\nProxy-Authorization: p\n"
                 "X-Consumer-Name: root\nX_Consumer_Roles: admin\nX-Forwarded-For: 6.6.6.6\nHost: a"),
            Variable::kHeaders),
      R"({"host":"a"})");
}

TEST_F(CallValuesTest, TheConsumerIsSeenOnlyWhenItWasProved) {
  const auto consumers = fakes::consumers();
  fakes::Call& one = call();
  one.exchange.consumer = consumers.find("oms");
  EXPECT_EQ(value(one, Variable::kConsumer), "null");
  fakes::Call& known = call();
  known.exchange.consumer = consumers.find("oms");
  known.exchange.authenticated = true;
  const std::string_view scopes[] = {"orders:read", "orders:write"};
  known.exchange.scopes = scopes;
  EXPECT_EQ(value(known, Variable::kConsumer),
            R"({"name":"oms","roles":["internal","reader"],"scopes":["orders:read","orders:write"]})");
}

TEST_F(CallValuesTest, TheVersionIsItsName) {
  EXPECT_EQ(value(call(), Variable::kVersion), "null");
  const routing::Version v2("v2", {}, {}, "company");
  fakes::Call& one = call();
  one.exchange.match.version = &v2;
  EXPECT_EQ(value(one, Variable::kVersion), R"("v2")");
}

TEST_F(CallValuesTest, TheRequestIsTheBodyAsCalled) {
  fakes::Call& one = call("POST / HTTP/1.1\nHost: a");
  EXPECT_EQ(value(one, Variable::kRequest), "null");
  fakes::Call& other = call("POST / HTTP/1.1\nHost: a");
  other.exchange.request.body = Body(Bytes(" {\"a\":1.0}\n"));
  CallValues& values = CallValues::of(other.exchange);
  values.replace_request({R"({"newest":1})"});
  EXPECT_EQ(value(other, Variable::kRequest), R"({"newest":1})");
  values.replace_body({R"({"systems":1})"});
  EXPECT_EQ(value(other, Variable::kRequest), R"({"newest":1})");
  EXPECT_EQ(*values.body(), R"({"systems":1})");
}

TEST_F(CallValuesTest, OnlyWhatIsAskedForIsLookedAt) {
  fakes::Call& one = call("POST / HTTP/1.1\nHost: a");
  one.exchange.request.body = Body(Bytes("no JSON"));
  EXPECT_EQ(value(one, Variable::kQuery), "{}");
  EXPECT_EQ(value(one, Variable::kRequest), "40091");
  EXPECT_EQ(fakes::describe(CallValues::of(one.exchange).on_the_way_in({}, true).error()), "40091");
}

TEST_F(CallValuesTest, AnAnswerIsReadOnceAndRemembered) {
  fakes::Call& one = call();
  fakes::ScriptedBody source({" {\"a\"", ":1.0} "});
  one.exchange.response.body = Body(source);
  CallValues& values = CallValues::of(one.exchange);
  const auto answer = run(values.answer());
  EXPECT_EQ(answer->json, R"({"a":1.0})");
  EXPECT_EQ(answer->missing, nullptr);
  EXPECT_EQ(one.exchange.call.response_size, 11u);
  values.replace_answer({R"({"b":2})"});
  const auto again = run(values.answer());
  EXPECT_EQ(again->json, R"({"b":2})");
  const auto context = values.on_the_way_out({Variable::kAnswer, Variable::kResult, Variable::kStatus}, again->json);
  EXPECT_EQ((*context)->get(Variable::kAnswer), R"({"a":1.0})");
  EXPECT_EQ((*context)->get(Variable::kResult), R"({"b":2})");
  EXPECT_EQ((*context)->get(Variable::kStatus), "200");
}

TEST_F(CallValuesTest, KnowsWhatWasCheckedAndHowDeepItIs) {
  fakes::Call& one = call("POST / HTTP/1.1\nHost: a");
  const std::string body = R"({"a":[1]})";
  one.exchange.request.body = Body(body);
  CallValues& values = CallValues::of(one.exchange);
  EXPECT_FALSE(values.knows(body));
  ASSERT_TRUE(values.body().ok());
  EXPECT_TRUE(values.knows(body));
  EXPECT_TRUE(values.knows(body, 2));
  EXPECT_FALSE(values.knows(body, 1));
  EXPECT_FALSE(values.knows(Bytes(body).substr(1)));
  EXPECT_FALSE(values.knows({}));
  const std::string made = R"({"b":1})";
  values.replace_body({made, 1});
  EXPECT_TRUE(values.knows(made, 1));
  const std::string rendered = R"({"c":1})";
  values.replace_body({rendered});
  EXPECT_TRUE(values.knows(rendered));
  EXPECT_FALSE(values.knows(rendered, 512));
}

TEST_F(CallValuesTest, AnAnswerThatIsNoneOfJsonSaysWhy) {
  const auto missing = [&](std::string_view type, std::string_view body) {
    fakes::Call& one = call();
    if (!type.empty()) one.exchange.response.headers.add("Content-Type", type);
    one.exchange.response.body = Body(body);
    const auto answer = run(CallValues::of(one.exchange).answer());
    if (!answer) return fakes::describe(answer.error()).substr(0, 5);
    return std::string(answer->missing != nullptr ? answer->missing : answer->json);
  };
  EXPECT_EQ(missing("application/json", ""), "null");
  EXPECT_EQ(missing("", "{}"), "{}");
  EXPECT_EQ(missing("", "ok"), "it is not JSON");
  EXPECT_EQ(missing("text/plain", "{}"), "it is not JSON");
  EXPECT_EQ(missing("application/json", "{"), "50292");
  EXPECT_EQ(missing("application/problem+json", R"({"a":1,"a":1})"), "50292");
}

}  // namespace
}  // namespace causeway
