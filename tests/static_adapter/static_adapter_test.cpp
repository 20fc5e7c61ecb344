#include "adapters/static/static_adapter.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"
#include "core/json_text.h"
#include "fakes/exchange_fixture.h"

namespace causeway::adapters {
namespace {

config::Node yaml(std::string_view text) {
  config::Errors errors;
  auto node = config::read_yaml(text, "t.yaml", errors);
  EXPECT_EQ(errors.to_text(), "");
  return node.value_or(config::Node());
}

class StaticAdapterTest : public fakes::ExchangeFixture {
 protected:
  std::string problems(std::string_view text) {
    config::Errors errors;
    config::Reading reading(errors, config::FileKind::kRoutes);
    const StaticAdapter adapter(config::read<StaticSettings>(yaml(text), reading), reading);
    return errors.to_text();
  }
  std::string answer_of(std::string_view text) { return answer_of(text, call()); }
  std::string answer_of(std::string_view text, fakes::Call& one) {
    config::Errors errors;
    config::Reading reading(errors, config::FileKind::kRoutes);
    const StaticAdapter adapter(config::read<StaticSettings>(yaml(text), reading), reading);
    EXPECT_EQ(errors.to_text(), "");
    needs_whole_request = adapter.needs_whole_request();
    if (std::string problem = fakes::failure(run(adapter.call(one.exchange))); !problem.empty()) return problem;
    std::string result = answer(one);
    EXPECT_TRUE(one.exchange.call.system.empty());  // nobody was called
    return result;
  }
  bool needs_whole_request = false;
};

TEST_F(StaticAdapterTest, AMappingIsSentAsJson) {
  EXPECT_EQ(answer_of("{body: {price: 19.90}}"), "200\nContent-Type: application/json\n\n{\"price\":19.90}");
}

TEST_F(StaticAdapterTest, TextIsSentAsItIs) {
  EXPECT_EQ(answer_of("{status: 503, body: \"down\"}"), "503\nContent-Type: text/plain; charset=utf-8\n\ndown");
  EXPECT_EQ(answer_of(R"({body: '{"a":1}'})"), "200\nContent-Type: application/json\n\n{\"a\":1}");
}

TEST_F(StaticAdapterTest, WithoutABodyThereIsNoType) {
  EXPECT_EQ(answer_of("{status: 202}"), "202\n\n");
  EXPECT_EQ(answer_of("{status: 202, body: ~}"), "202\n\n");
}

TEST_F(StaticAdapterTest, AStatusThatNeverHasABodySendsNone) {
  const std::string text = answer_of("{status: 204, body: {a: 1}}");
  EXPECT_EQ(text.substr(text.find("\n\n")), "\n\n");
}

TEST_F(StaticAdapterTest, FieldsOfItsOwnAreSentAndMaySayTheType) {
  EXPECT_EQ(answer_of("{headers: {content-type: text/csv, X-Own: yes}, body: \"a,b\"}"),
            "200\nX-Own: yes\ncontent-type: text/csv\n\na,b");
}

TEST_F(StaticAdapterTest, ADelayIsWaitedFor) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(answer_of("{delay: 5ms, body: \"x\"}").substr(0, 3), "200");
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(5));
}

TEST_F(StaticAdapterTest, ValuesAreInserted) {
  fakes::Call& one = call("POST /orders?q=7 HTTP/1.1\nHost: a");
  one.exchange.request.body = Body(Bytes(R"({"no":19.90})"));
  EXPECT_EQ(answer_of(R"({headers: {Location: "/{{ .no }}", X-Gone: "{{ $query.none }}"},
                         body: {id: "{{ $request.no }}", q: "q={{ $query.q }}", fixed: 1.50}})",
                      one),
            "200\nLocation: /19.90\nContent-Type: application/json\n\n{\"id\":19.90,\"q\":\"q=7\",\"fixed\":1.50}");
  EXPECT_TRUE(needs_whole_request);
  EXPECT_EQ(answer_of(R"({body: "{{ $query }}"})", call("GET /?a=1 HTTP/1.1\nHost: a")),
            "200\nContent-Type: application/json\n\n{\"a\":\"1\"}");
  EXPECT_FALSE(needs_whole_request);
  EXPECT_EQ(answer_of(R"({body: "a is {{ $query.a }}"})", call("GET /?a=1 HTTP/1.1\nHost: a")),
            "200\nContent-Type: text/plain; charset=utf-8\n\na is 1");
  EXPECT_EQ(answer_of(R"({body: "a is {{ $query.a }}"})").substr(0, 5), "40094");
}

TEST_F(StaticAdapterTest, FieldsThatOnlyTheServerWritesAreRefused) {
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "Date", "Trailer",
                           "Upgrade", "X-Request-Id"}) {
    const std::string text(name);
    EXPECT_EQ(problems("{headers: {" + text + ": x}}"), "t.yaml:1:" + std::to_string(14 + text.size()) + ": headers." +
                                                            text + ": the header " + text + " is the gateway's own\n");
  }
}

TEST_F(StaticAdapterTest, WhatIsNoFieldIsRefused) {
  EXPECT_EQ(problems("{headers: {\"a b\": x}}"),
            "t.yaml:1:19: headers[\"a b\"]: a header's name is a token, got \"a b\"\n");
  EXPECT_EQ(problems("{headers: {X-A: \"x\\r\\nX-B: y\"}}"),
            "t.yaml:1:17: headers.X-A: the value of the header X-A has control characters\n");
}

TEST_F(StaticAdapterTest, AStatusIsAFinalOne) {
  EXPECT_NE(problems("{status: 199}"), "");
  EXPECT_NE(problems("{status: 600}"), "");
  EXPECT_EQ(problems("{status: 599}"), "");
}

}  // namespace
}  // namespace causeway::adapters
