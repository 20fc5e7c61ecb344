#include "expression/template.h"

#include <gtest/gtest.h>

namespace causeway::expression {
namespace {

constexpr VariableSet kSome = {Variable::kRequest, Variable::kParams};

std::optional<std::string> find_secret(std::string_view name) {
  if (name == "TOKEN") return "s3cret";
  return std::nullopt;
}

Template compiled(std::string_view text, const Template::FindSecret& secrets = {}) {
  auto made = Template::compile(text, kSome, secrets);
  return std::get<Template>(std::move(made));
}

std::string problem(std::string_view text, const Template::FindSecret& secrets = {}) {
  const auto made = Template::compile(text, kSome, secrets);
  const auto& found = std::get<CompileProblem>(made);
  return std::to_string(found.offset) + ": " + found.message;
}

std::string rendered(std::string_view text, Bytes input, Template::Append append = nullptr) {
  std::pmr::string out("<");
  auto done = compiled(text, find_secret).render(input, {}, out, append);
  return done.ok() ? std::string(out) + '>' : "error: " + done.error().info().internal;
}

std::string value(std::string_view text, Bytes input) {
  std::pmr::monotonic_buffer_resource memory;
  const auto made = compiled(text).value(input, {}, &memory);
  return made.ok() ? std::string(*made) : "error: " + made.error().info_if()->internal;
}

TEST(Template, WithoutInsertionsIsLiteral) {
  EXPECT_TRUE(compiled("").is_literal());
  EXPECT_EQ(compiled("").literal(), "");
  EXPECT_TRUE(compiled("a {b} }} $x").is_literal());
  EXPECT_EQ(compiled("a {b} }} $x").literal(), "a {b} }} $x");
  EXPECT_TRUE(compiled(R"(a {{ "{{" }} b)").is_literal());
  EXPECT_EQ(compiled(R"(a {{ "{{" }} b)").literal(), "a {{ b");
  EXPECT_FALSE(compiled("{{ .a }}").is_literal());
}

TEST(Template, InsertsTextsAndDigits) {
  EXPECT_EQ(rendered("{{ .w }}:{{ .id }}", R"({"w":"W1","id":4781320682406083640})"), "<W1:4781320682406083640>");
  EXPECT_EQ(rendered("{{ .a }}{{ .b }}{{ .c }}", R"({"a":19.90,"b":true,"c":{"d": [1]}})"), "<19.90true{\"d\":[1]}>");
  EXPECT_EQ(rendered("{{ .a }}", R"({"a":"\u00e9\n"})"), "<\u00e9\n>");
  EXPECT_EQ(rendered(R"({{ "{{" }}{{ {a: {b: 1}} }}{{ "}}" }})", "null"), R"(<{{{"a":{"b":1}}}}>)");
}

TEST(Template, AHoleIsAnError) {
  EXPECT_EQ(rendered("a/{{ .id }}", "{}"), "error: {{ .id }} is null");
  EXPECT_EQ(rendered("a/{{ .[] }}", "[]"), "error: {{ .[] }} has no result");
  EXPECT_EQ(rendered("a/{{ .[] }}", "[1,2]"), "error: {{ .[] }} has several results");
  EXPECT_EQ(rendered("a/{{ .a.b }}", R"({"a":1})"), "error: Cannot index number at .a with string (\"b\")");
}

TEST(Template, InsertionsAreAppendedAsAsked) {
  const auto append = [](std::pmr::string& out, std::string_view inserted) {
    out += '[';
    out += inserted;
    out += ']';
  };
  EXPECT_EQ(rendered("/a/{{ .b }}/c", R"({"b":"x/y"})", append), "</a/[x/y]/c>");
}

TEST(Template, AWholeInsertionKeepsItsType) {
  EXPECT_TRUE(compiled("{{ .a }}").is_value());
  EXPECT_FALSE(compiled("x{{ .a }}").is_value());
  EXPECT_EQ(value("{{ .a }}", R"({"a":[1,19.90]})"), "[1,19.90]");
  EXPECT_EQ(value("{{ .a }}", "{}"), "null");
  EXPECT_EQ(value("n={{ .a }}", R"({"a":1})"), R"("n=1")");
  EXPECT_EQ(value("plain \"text\"", "{}"), R"("plain \"text\"")");
}

TEST(Template, SecretsAreInsertedWhereTheyMayBe) {
  EXPECT_EQ(compiled("Bearer {{ secret:TOKEN }}", find_secret).literal(), "Bearer s3cret");
  EXPECT_EQ(problem("Bearer {{ secret:NONE }}", find_secret), "10: no secret is called \"NONE\"");
  EXPECT_EQ(problem("Bearer {{ secret:TOKEN }}"), "10: secrets have no place here");
}

TEST(Template, KnowsWhatItUses) {
  EXPECT_TRUE(compiled("{{ $request.a }}").uses().has(Variable::kRequest));
  EXPECT_FALSE(compiled("{{ $request.a }}").uses_input());
  EXPECT_TRUE(compiled("{{ $request.a }}-{{ .b }}").uses_input());
}

TEST(Template, SaysWhatDoesNotCompile) {
  EXPECT_EQ(problem("a {{ .b"), R"(2: "{{" is never closed; expected "}}", or "{{ "{{" }}" for the braces themselves)");
  EXPECT_EQ(problem("a {{ }}"), "4: an expression was expected between the braces");
  EXPECT_EQ(problem("a {{ .b | lenght }}"), "10: unknown function \"lenght\"; did you mean \"length\"?");
  EXPECT_EQ(problem("{{ $answer }}"), "3: \"$answer\" has no value here");
}

}  // namespace
}  // namespace causeway::expression
