#include "adapters/composite/composite_adapter.h"

#include <gtest/gtest.h>

#include <string>

#include "composite_adapter/composite_fixture.h"

namespace causeway::adapters {
namespace {

class CompositeAdapterTest : public CompositeFixture {};

TEST_F(CompositeAdapterTest, TheAnswersByNameAreTheAnswerInTheirOrder) {
  part("order", says(R"({"id":7,"price":19.90})"));
  part("alpha", says("[1,2]"));
  part("none", says("", 204, ""));
  EXPECT_EQ(outcome(call()), answered(R"({"order":{"id":7,"price":19.90},"alpha":[1,2],"none":null})"));
  EXPECT_EQ(log, "order(order)alpha(alpha)none(none)");
}

TEST_F(CompositeAdapterTest, MergeMakesTheAnswerOfThem) {
  part("order", says(R"({"id":7})"));
  part("shipment", says(R"({"items":[{"no":"SF1"},{"no":"SF2"}]})"));
  merge("{order, shipment: (.shipment.items[0] // null), version: $version}");
  EXPECT_EQ(outcome(call()), answered(R"({"order":{"id":7},"shipment":{"no":"SF1"},"version":null})"));
}

TEST_F(CompositeAdapterTest, AMergeThatDoesNotFitIsTheSystemsFault) {
  part("order", says("[]"));
  merge(".order.id");
  EXPECT_EQ(outcome(call()), "50292 transform_refused: merge: Cannot index array at .order with string (\"id\")");
}

TEST_F(CompositeAdapterTest, TheyRunSideBySide) {
  System& first = part("a", says("1"));
  System& second = part("b", says("2"));
  first.held = second.held = true;
  fakes::Call& one = call();
  begin(one);
  EXPECT_EQ(log, "a(b(");
  second.open();
  poll();
  EXPECT_FALSE(result.has_value());
  first.open();
  EXPECT_EQ(ended(one), answered(R"({"a":1,"b":2})"));
  EXPECT_EQ(log, "a(b(b)a)");
}

TEST_F(CompositeAdapterTest, OneThatNeedsAnotherWaitsForItAlone) {
  System& order = part("order", says(R"({"customer":"C1"})"));
  System& customer = part("customer", says(R"({"name":"Li"})", 201), {0});
  System& slow = part("slow", says("3"));
  System& both = part("both", says("4"), {0, 1});
  order.held = slow.held = true;
  fakes::Call& one = call();
  begin(one);
  EXPECT_EQ(log, "order(slow(");
  order.open();
  poll();
  EXPECT_EQ(log, "order(slow(order)customer(customer)both(both)");
  slow.open();
  EXPECT_EQ(ended(one), answered(R"({"order":{"customer":"C1"},"customer":{"name":"Li"},"slow":3,"both":4})"));
  EXPECT_EQ(customer.saw, R"({"order":{"status":200,"body":{"customer":"C1"}}})");
  EXPECT_EQ(both.saw,
            R"({"order":{"status":200,"body":{"customer":"C1"}},"customer":{"status":201,"body":{"name":"Li"}}})");
  EXPECT_EQ(slow.saw, "null");
}

TEST_F(CompositeAdapterTest, AnOptionalOneThatFailsIsNull) {
  part("order", says("1"));
  optional_part("away", fails(Code::kUpstreamUnreachable));
  optional_part("gone", says(R"({"why":"x"})", 404));
  optional_part("broken", says("", 500));
  optional_part("page", says("<html>", 200, "text/html"));
  optional_part("nonsense", says("{", 200));
  optional_part("moved", says("", 302, ""));
  System& after = part("after", says("2"), {1, 2, 4});
  EXPECT_EQ(outcome(call()), answered(R"({"order":1,"away":null,"gone":null,"broken":null,"page":null,"nonsense":null,)"
                                      R"("moved":null,"after":2})"));
  EXPECT_EQ(after.saw, R"({"away":{"status":null,"body":null},"gone":{"status":404,"body":null},)"
                       R"("page":{"status":200,"body":null}})");
}

TEST_F(CompositeAdapterTest, ARequiredOneThatFailsIsTheAnswer) {
  part("order", fails(Code::kUpstreamUnreachable, "127.0.0.1:1: connection refused"));
  part("other", says("1"));
  fakes::Call& one = call();
  EXPECT_EQ(outcome(one), envelope("50290", "the system behind is unreachable", R"("call":"order")"));
  EXPECT_EQ(one.exchange.call_class, CallClass::kSystem);
  EXPECT_EQ(one.exchange.failure, "order: 127.0.0.1:1: connection refused");
}

TEST_F(CompositeAdapterTest, WhatASystemRefusesKeepsItsStatusAndWords) {
  part("order", says(R"({"why":"sold"})", 409));
  fakes::Call& one = call();
  EXPECT_EQ(outcome(one), envelope("40900", "Conflict", R"("call":"order","upstream":{"why":"sold"})"));
  EXPECT_EQ(one.exchange.call_class, CallClass::kBusiness);
  EXPECT_EQ(one.exchange.failure, "");
}

TEST_F(CompositeAdapterTest, ABusinessFailureKeepsItsCodeAndDetails) {
  part("order", [](Exchange& exchange) -> Result<> {
    exchange.call_class = CallClass::kBusiness;
    exchange.response.headers.set(net::HeaderId::kRetryAfter, "7");
    reply_refusal(exchange, {400, 40001, "库存不足", R"("skuId":"S1","call":"theirs")"});
    return {};
  });
  const std::string expected = envelope("40001", "库存不足", R"("call":"order","skuId":"S1")");
  EXPECT_EQ(outcome(call()), "400\nRetry-After: 7\n" + expected.substr(4));
  EXPECT_EQ(outcome(call("GET / HTTP/1.1\nHost: a\nAccept: application/problem+json")),
            "400\nRetry-After: 7\nContent-Type: application/problem+json\n\n"
            R"({"type":"about:blank","title":"库存不足","status":400,"code":40001,)"
            R"("details":{"requestId":"r-1","call":"order","skuId":"S1"}})");
}

TEST_F(CompositeAdapterTest, AnAnswerThatCannotBePutTogetherIsNonsense) {
  part("page", says("<html>", 200, "text/html"));
  fakes::Call& one = call();
  EXPECT_EQ(outcome(one), envelope("50292", "the system behind answered nonsense", R"("call":"page")"));
  EXPECT_EQ(one.exchange.failure, "page: the answer cannot be put together: it is not JSON");
}

TEST_F(CompositeAdapterTest, AFailureEndsTheOthersAtOnceAndStartsNoMore) {
  System& order = part("order", fails(Code::kUpstreamBroke));
  System& hanging = part("hanging", says("1"));
  part("after", says("2"), {1});
  order.held = hanging.held = true;
  fakes::Call& one = call();
  begin(one);
  order.open();
  EXPECT_EQ(ended(one), envelope("50291", "the system behind broke off its answer", R"("call":"order")"));
  EXPECT_EQ(log, "order(hanging(order)hanging-cut)");
}

TEST_F(CompositeAdapterTest, WhatMayNotBeCutIsWaitedFor) {
  System& order = part("order", fails(Code::kUpstreamBroke));
  System& write = part("write", says("1"));
  order.held = write.held = true;
  write.cancellable = false;
  fakes::Call& one = call();
  begin(one);
  order.open();
  EXPECT_EQ(ended(one), "it has not ended");
  write.open();
  EXPECT_EQ(ended(one), envelope("50291", "the system behind broke off its answer", R"("call":"order")"));
}

TEST_F(CompositeAdapterTest, ACallerWhoLeavesEndsThemAll) {
  System& first = part("a", says("1"));
  System& second = optional_part("b", says("2"));
  first.held = second.held = true;
  fakes::Call& one = call();
  begin(one);
  one.exchange.cancel.request();
  EXPECT_EQ(ended(one), "49990");
  EXPECT_EQ(log, "a(b(a-cut)b-cut)");
  fakes::Call& gone = call();
  gone.exchange.cancel.request();
  EXPECT_EQ(outcome(gone), "49990");
  EXPECT_EQ(log, "a(b(a-cut)b-cut)");  // nobody was called for it
}

TEST_F(CompositeAdapterTest, WhatHasEndedWhenTheCallerLeavesCounts) {
  System& write = part("write", says("1"));
  write.held = true;
  write.cancellable = false;
  fakes::Call& one = call();
  begin(one);
  one.exchange.cancel.request();
  write.open();
  EXPECT_EQ(ended(one), answered(R"({"write":1})"));
}

TEST_F(CompositeAdapterTest, WhatHasBegunToWriteGoesOnToItsEndWhenTheCallerLeaves) {
  System& write = part("write", says("1"));
  System& read = part("read", says("2"));
  part("after", says("3"), {0, 1});
  plan.parts[0].writes = true;
  write.held = read.held = true;
  fakes::Call& one = call();
  begin(one);
  one.exchange.cancel.request();
  poll();
  EXPECT_EQ(log, "write(read(");
  write.open();
  read.open();
  EXPECT_EQ(ended(one), answered(R"({"write":1,"read":2,"after":3})"));
}

TEST_F(CompositeAdapterTest, AllShareOneDeadline) {
  System& order = part("order", says("1"));
  System& late = part("late", says("2"), {0});
  order.held = true;
  fakes::Call& one = call();
  begin(one);
  EXPECT_EQ(order.left, std::chrono::seconds(3));
  advance(std::chrono::seconds(1));
  order.open();
  EXPECT_EQ(ended(one), answered(R"({"order":1,"late":2})"));
  EXPECT_EQ(late.left, std::chrono::seconds(2));

  fakes::Call& slow = call();
  begin(slow);
  advance(std::chrono::seconds(3));
  order.open();
  EXPECT_EQ(ended(slow), envelope("50490", "the system behind was too late", R"("call":"late")", "1772337604123"));
}

TEST_F(CompositeAdapterTest, AnEarlierDeadlineOfTheExchangeHolds) {
  System& order = part("order", says("1"));
  fakes::Call& one = call();
  one.exchange.deadline = worker.now() + std::chrono::seconds(1);
  outcome(one);
  EXPECT_EQ(order.left, std::chrono::seconds(1));
}

TEST_F(CompositeAdapterTest, ATransformOverAnotherAnswerThatFailsIsNotTheCallersFault) {
  part("order", says("1"));
  part("after", fails(Code::kTransformRefused, "{{ $calls.order.body.id }} is null"), {0});
  EXPECT_EQ(outcome(call()), envelope("50292", "the system behind answered nonsense", R"("call":"after")"));
}

TEST_F(CompositeAdapterTest, AnExceptionIsThePartsFailure) {
  part("order", [](Exchange&) -> Result<> { throw std::runtime_error("a bug"); });
  EXPECT_EQ(outcome(call()), envelope("50090", "internal error", R"("call":"order")"));
}

TEST_F(CompositeAdapterTest, APartIsOfTheSameCallerAndItsHeadBecomesAGet) {
  std::string seen;
  part("order", [&seen](Exchange& exchange) -> Result<> {
    seen.append(exchange.request.head->method_name).append(" ").append(exchange.request_id.view());
    seen.append(" ").append(exchange.route->name).append(exchange.route->wrapped ? " wrapped" : "");
    seen.append(" ").append(exchange.request.head->headers.get("X-Shop").value_or("-"));
    exchange.response.body = Body(Bytes("1"));
    return {};
  });
  outcome(call("HEAD /orders HTTP/1.1\nHost: a\nX-Shop: s1"));
  EXPECT_EQ(seen, "GET r-1 a-route wrapped s1");
}

TEST_F(CompositeAdapterTest, PartsChangeNothingOfTheWhole) {
  part("order", [](Exchange& exchange) -> Result<> {
    CallValues::of(exchange).replace_body({"[1]"});
    exchange.response.headers.add("X-Theirs", "1");
    exchange.response.body = Body(Bytes("1"));
    return {};
  });
  part("other", [](Exchange& exchange) -> Result<> {
    EXPECT_EQ(exchange.request.body.whole(), R"({"a":1})");
    exchange.response.body = Body(Bytes("2"));
    return {};
  });
  fakes::Call& one = call("POST /orders HTTP/1.1\nHost: a\nContent-Type: application/json");
  one.exchange.request.body = Body(Bytes(R"({"a":1})"));
  one.exchange.request.changes.add(one.exchange.arena, {"X-Step", "1"});
  EXPECT_EQ(outcome(one), answered(R"({"order":1,"other":2})"));
  EXPECT_EQ(one.exchange.request.body.whole(), R"({"a":1})");
  net::Headers headers;
  one.exchange.request.changes.apply(headers);
  EXPECT_EQ(headers.size(), 1u);
}

TEST_F(CompositeAdapterTest, EachPartHasItsLine) {
  part("OMS", says("1"));
  optional_part("TMS", fails(Code::kUpstreamUnreachable, "connection refused"));
  optional_part("CRM", says("{}", 404));
  fakes::Call& one = call();
  outcome(one);
  EXPECT_EQ(logged(), (std::vector<std::string>{"OMS 200 0", "TMS 502 50290 connection refused", "CRM 404 40400"}));
  EXPECT_EQ(one.exchange.call.system, "COMPOSITE");
  EXPECT_EQ(one.exchange.call.attempts, 3);
}

TEST_F(CompositeAdapterTest, LongAnswersAreCountedWhileTheyAreHeld) {
  const std::string longer = '"' + std::string(40 << 10, 'x') + '"';
  part("a", says(longer));
  part("b", says(longer));
  runtime::Budget budget(64 << 10);
  fakes::Call& one = call();
  one.exchange.budget = &budget;
  EXPECT_EQ(outcome(one), "50391 buffers_full: no memory left in the budget of buffered bodies");
  budget.set_limit(128 << 10);
  fakes::Call& other = call();
  other.exchange.budget = &budget;
  EXPECT_EQ(outcome(other), answered("{\"a\":" + longer + ",\"b\":" + longer + "}"));
  EXPECT_GT(budget.used(), 80u << 10);
  end_calls();
  EXPECT_EQ(budget.used(), 0u);
}

TEST_F(CompositeAdapterTest, TheMergedAnswerIsKnownToBeJson) {
  part("a", says("[[1]]"));
  fakes::Call& one = call();
  outcome(one);
  EXPECT_TRUE(CallValues::of(one.exchange).knows(one.exchange.response.body.whole(), 3));
  EXPECT_FALSE(CallValues::of(one.exchange).knows(one.exchange.response.body.whole(), 2));
}

}  // namespace
}  // namespace causeway::adapters
