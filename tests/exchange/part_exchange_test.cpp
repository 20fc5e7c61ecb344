#include "exchange/part_exchange.h"

#include <gtest/gtest.h>

#include <string>

#include "exchange/call_values.h"
#include "fakes/exchange_fixture.h"

namespace causeway {
namespace {

using expression::Variable;

class PartExchangeTest : public fakes::ExchangeFixture {
 protected:
  PartExchangeTest() { route.name = "a-route"; }
  static std::string value(Exchange& exchange, Variable variable) {
    const auto context = CallValues::of(exchange).on_the_way_in({variable}, true);
    if (!context) return fakes::describe(context.error());
    return std::string(context->values->get(variable)) + " of " + std::string(context->input);
  }
  RouteContext route;
};

TEST_F(PartExchangeTest, IsOfTheSameCallerAndRequest) {
  fakes::Call& one = call("POST /orders?a=1 HTTP/1.1\nHost: a\nX-Shop: s1");
  one.exchange.deadline = worker.now() + std::chrono::seconds(1);
  Exchange part(context);
  begin_part(part, one.exchange, route);
  EXPECT_EQ(part.request.head, one.exchange.request.head);
  EXPECT_EQ(part.request.path, "/orders");
  EXPECT_EQ(part.request.client.to_string(), "192.0.2.7");
  EXPECT_EQ(part.request_id.view(), "r-1");
  EXPECT_EQ(part.trace.traceparent(), one.exchange.trace.traceparent());
  EXPECT_EQ(part.deadline, one.exchange.deadline);
  EXPECT_EQ(part.route, &route);
}

TEST_F(PartExchangeTest, SeesWhatWasMadeOfTheRequestAndWhatItWas) {
  fakes::Call& one = call("POST /orders?a=1 HTTP/1.1\nHost: a\nContent-Type: application/json");
  one.exchange.request.body = Body(Bytes(R"({"a":1})"));
  CallValues::of(one.exchange).replace_body({R"({"b":2})"});
  Exchange part(context);
  begin_part(part, one.exchange, route);
  EXPECT_EQ(value(part, Variable::kRequest), R"({"a":1} of {"b":2})");
  EXPECT_EQ(value(part, Variable::kQuery), R"({"a":"1"} of {"b":2})");
  EXPECT_EQ(value(part, Variable::kCalls), R"(null of {"b":2})");
  CallValues::of(part).set_calls(R"({"x":1})");
  EXPECT_EQ(value(part, Variable::kCalls), R"({"x":1} of {"b":2})");
}

TEST_F(PartExchangeTest, ChangesOfAPartAreItsOwn) {
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a");
  one.exchange.request.body = Body(Bytes("[1]"));
  one.exchange.request.changes.add(one.exchange.arena, {"X-Step", "1"});
  Exchange first(context);
  begin_part(first, one.exchange, route);
  CallValues::of(first).replace_body({"[2]"});
  Exchange second(context);
  begin_part(second, one.exchange, route);
  EXPECT_EQ(second.request.body.whole(), "[1]");
  EXPECT_EQ(value(second, Variable::kRequest), "[1] of [1]");
  net::Headers headers;
  second.request.changes.apply(headers);
  ASSERT_EQ(headers.size(), 1u);
  EXPECT_EQ(headers.begin()->name, "X-Step");
}

TEST_F(PartExchangeTest, AHeadBecomesAGetWithTheSameFields) {
  fakes::Call& one = call("HEAD /orders?a=1 HTTP/1.1\nHost: a\nX-Shop: s1\nX-Shop: s2");
  Exchange part(context);
  begin_part(part, one.exchange, route);
  EXPECT_EQ(part.request.head->method, net::Method::kGet);
  EXPECT_EQ(part.request.head->method_name, "GET");
  EXPECT_EQ(part.request.head->query, "a=1");
  EXPECT_TRUE(part.request.head->has_query);
  EXPECT_EQ(part.request.head->authority, "a");
  EXPECT_EQ(part.request.head->headers.size(), one.exchange.request.head->headers.size());
  EXPECT_EQ(value(part, Variable::kHeaders), R"({"host":"a","x-shop":"s1, s2"} of null)");
}

}  // namespace
}  // namespace causeway
