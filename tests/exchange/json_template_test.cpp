#include "exchange/json_template.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"
#include "core/json_text.h"

namespace causeway {
namespace {

using expression::Variable;

struct Compiled {
  explicit Compiled(std::string_view yaml) {
    const auto node = config::read_yaml(yaml, "t.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    json = JsonTemplate::compile(*node, {Variable::kRequest}, reading);
  }
  config::Errors errors;
  JsonTemplate json;
};

std::string literal(std::string_view yaml) {
  const Compiled compiled(yaml);
  EXPECT_EQ(compiled.errors.to_text(), "");
  EXPECT_TRUE(compiled.json.is_literal());
  EXPECT_FALSE(check_json(compiled.json.literal())) << compiled.json.literal();
  return compiled.json.literal();
}

std::string rendered(std::string_view yaml, std::string_view input) {
  const Compiled compiled(yaml);
  EXPECT_EQ(compiled.errors.to_text(), "");
  expression::Values values;
  values.set(Variable::kRequest, R"({"no":19.90})");
  std::pmr::monotonic_buffer_resource memory;
  const Result<Bytes> text = compiled.json.render(input, values, &memory);
  return text ? std::string(*text) : std::to_string(number(text.error().code()));
}

TEST(JsonTemplate, NumbersKeepTheirDigits) {
  EXPECT_EQ(literal("[19.90, 4781320682406083640, -0, 1e400, 0.1]"), "[19.90,4781320682406083640,-0,1e400,0.1]");
}

TEST(JsonTemplate, WhatIsNoJsonNumberIsText) {
  EXPECT_EQ(literal("[007, +1, .5, 1., 0x1F, -, 1_000, .inf, -.inf, 12:30, 2026-03-01]"),
            R"(["007","+1",".5","1.","0x1F","-","1_000",".inf","-.inf","12:30","2026-03-01"])");
}

TEST(JsonTemplate, WordsOfJsonAreWhatTheyLookLikeUnlessQuoted) {
  EXPECT_EQ(literal("[true, false, null, \"true\", 'null', \"1\", yes, True]"),
            R"([true,false,null,"true","null","1","yes","True"])");
}

TEST(JsonTemplate, TextIsEscaped) {
  EXPECT_EQ(literal(R"(["a\"b\\c\n", "\u0001", "订单"])"), R"(["a\"b\\c\n","\u0001","订单"])");
}

TEST(JsonTemplate, MappingsAndListsNestAndMayBeEmpty) {
  EXPECT_EQ(literal("{items: [{id: 1}, {}], none: [], \"a b\": ~}"), R"({"items":[{"id":1},{}],"none":[],"a b":null})");
  EXPECT_EQ(literal("{1: 2, true: [[[]]]}"), R"({"1":2,"true":[[[]]]})");
}

TEST(JsonTemplate, InsertsValues) {
  EXPECT_EQ(rendered(R"({no: "{{ $request.no }}", list: ["{{ .a }}", 1.50], text: "no {{ .a }}!", fixed: x})",
                     R"({"a":4781320682406083640})"),
            R"({"no":19.90,"list":[4781320682406083640,1.50],"text":"no 4781320682406083640!","fixed":"x"})");
  EXPECT_EQ(rendered(R"("{{ {all: .} }}")", R"({"a":"\""})"), R"({"all":{"a":"\""}})");
  EXPECT_EQ(rendered(R"({a: "{{ .none }}"})", "{}"), R"({"a":null})");
  EXPECT_EQ(rendered(R"({a: "x{{ .none }}"})", "{}"), "40094");
}

TEST(JsonTemplate, SaysWhatItLooksAt) {
  const Compiled both(R"({a: "{{ $request.no }}", b: "{{ .a }}"})");
  EXPECT_TRUE(both.json.uses().has(Variable::kRequest) && both.json.uses_input() && !both.json.is_literal());
  const Compiled one(R"(["{{ $request.no }}"])");
  EXPECT_FALSE(one.json.uses_input() || one.json.is_value());
  EXPECT_TRUE(Compiled(R"("{{ . }}")").json.is_value());
  EXPECT_FALSE(Compiled(R"("x{{ . }}")").json.is_value());
}

TEST(JsonTemplate, SaysWhereItIsWrong) {
  const std::string text = Compiled(R"({a: [1, "{{ $reqest }}"]})").errors.to_text();
  EXPECT_NE(text.find(": a[1]: unknown variable \"$reqest\"; did you mean \"$request\"?"), std::string::npos) << text;
}

}  // namespace
}  // namespace causeway
