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

TEST(ToJson, NumbersKeepTheirDigits) {
  EXPECT_EQ(to_json(yaml("[19.90, 4781320682406083640, -0, 1e400, 0.1]")), "[19.90,4781320682406083640,-0,1e400,0.1]");
}

TEST(ToJson, WhatIsNoJsonNumberIsText) {
  EXPECT_EQ(to_json(yaml("[007, +1, .5, 1., 0x1F, -, 1_000, .inf, -.inf, 12:30, 2026-03-01]")),
            R"(["007","+1",".5","1.","0x1F","-","1_000",".inf","-.inf","12:30","2026-03-01"])");
}

TEST(ToJson, WordsOfJsonAreWhatTheyLookLikeUnlessQuoted) {
  EXPECT_EQ(to_json(yaml("[true, false, null, \"true\", 'null', \"1\", yes, True]")),
            R"([true,false,null,"true","null","1","yes","True"])");
}

TEST(ToJson, TextIsEscaped) {
  EXPECT_EQ(to_json(yaml(R"(["a\"b\\c\n", "\u0001", "订单"])")), R"(["a\"b\\c\n","\u0001","订单"])");
}

TEST(ToJson, MappingsAndListsNestAndMayBeEmpty) {
  EXPECT_EQ(to_json(yaml("{items: [{id: 1}, {}], none: [], \"a b\": ~}")),
            R"({"items":[{"id":1},{}],"none":[],"a b":null})");
  EXPECT_FALSE(check_json(to_json(yaml("{1: 2, true: [[[]]]}"))));
}

class StaticAdapterTest : public fakes::ExchangeFixture {
 protected:
  std::string problems(std::string_view text) {
    config::Errors errors;
    config::Reading reading(errors, config::FileKind::kRoutes);
    config::read<StaticSettings>(yaml(text), reading);
    return errors.to_text();
  }
  std::string answer_of(std::string_view text) {
    config::Errors errors;
    config::Reading reading(errors, config::FileKind::kRoutes);
    const StaticAdapter adapter(config::read<StaticSettings>(yaml(text), reading));
    EXPECT_EQ(errors.to_text(), "");
    fakes::Call& one = call();
    EXPECT_EQ(fakes::failure(run(adapter.call(one.exchange))), "");
    std::string result = answer(one);
    EXPECT_TRUE(one.exchange.call.system.empty());  // nobody was called
    return result;
  }
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

TEST_F(StaticAdapterTest, FieldsThatOnlyTheServerWritesAreRefused) {
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "Date", "Trailer",
                           "Upgrade", "X-Request-Id"})
    EXPECT_EQ(problems("{headers: {" + std::string(name) + ": x}}"),
              "t.yaml:1:1: headers: \"" + std::string(name) + "\" cannot be set as a header field\n");
}

TEST_F(StaticAdapterTest, WhatIsNoFieldIsRefused) {
  EXPECT_EQ(problems("{headers: {\"a b\": x}}"), "t.yaml:1:1: headers: \"a b\" cannot be set as a header field\n");
  EXPECT_EQ(problems("{headers: {X-A: \"x\\r\\nX-B: y\"}}"),
            "t.yaml:1:1: headers: \"X-A\" cannot be set as a header field\n");
}

TEST_F(StaticAdapterTest, AStatusIsAFinalOne) {
  EXPECT_NE(problems("{status: 199}"), "");
  EXPECT_NE(problems("{status: 600}"), "");
  EXPECT_EQ(problems("{status: 599}"), "");
}

}  // namespace
}  // namespace causeway::adapters
