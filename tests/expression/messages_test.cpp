// What people read when a program is wrong.
#include <gtest/gtest.h>

#include "expression/run.h"

namespace causeway::expression {
namespace {

TEST(CompileMessages, NameWhatWasProbablyMeant) {
  EXPECT_EQ(run(".items | lenght"), "9: unknown function \"lenght\"; did you mean \"length\"?");
  EXPECT_EQ(run("map(slect(. > 1))"), "4: unknown function \"slect\"; did you mean \"select\"?");
  EXPECT_EQ(run("def total: 1; totl"), "14: unknown function \"totl\"; did you mean \"total\"?");
  EXPECT_EQ(run("map"), "0: \"map\" takes 1 argument, not 0");
  EXPECT_EQ(run("range(1; 2; 3; 4)"), "0: \"range\" takes 1, 2 or 3 arguments, not 4");
  EXPECT_EQ(run("1 as $order | $orderr"), "14: unknown variable \"$orderr\"; did you mean \"$order\"?");
  EXPECT_EQ(run("$reqest.id"), "0: unknown variable \"$reqest\"; did you mean \"$request\"?");
  EXPECT_EQ(run("@base46"), "0: unknown format \"@base46\"; did you mean \"@base64\"?");
  EXPECT_EQ(run("break $out"), "0: unknown label \"$out\"");
  EXPECT_EQ(run("length(1)"), "0: \"length\" takes no arguments, not 1");
  EXPECT_EQ(run("add(1; 2)"), "0: \"add\" takes 0 or 1 argument, not 2");
  EXPECT_EQ(run("def total(f): f; total"), "17: \"total\" takes 1 argument, not 0");
  EXPECT_EQ(run(". as $a | $b"), "10: unknown variable \"$b\"");
  EXPECT_EQ(run("$calls"), "0: \"$calls\" has no value here");
  EXPECT_EQ(run("label $done | break $dome"), "14: unknown label \"$dome\"; did you mean \"$done\"?");
  EXPECT_EQ(run("xyzzy"), "0: unknown function \"xyzzy\"");
}

TEST(CompileMessages, SayWhatWasExpected) {
  EXPECT_EQ(run("{a: 1"), "5: the program ends too early; expected \"}\" behind the last member");
  EXPECT_EQ(run("{a: 1}}"), "6: unexpected \"}\"; expected the end, or an operator");
  EXPECT_EQ(run("[1, ]"), "4: unexpected \"]\"; expected a value");
  EXPECT_EQ(run("if . then 1 fi"), "12: unexpected \"fi\"; expected end");
  EXPECT_EQ(run("\"abc"), "4: the string is never closed; expected a quote");
  EXPECT_EQ(run("1 == 2 == 3"), "7: \"==\" needs parentheses here");
  EXPECT_EQ(run("{1: 2}"), "1: unexpected \"1\"; expected a key: a name, a string, $name or (…)");
  EXPECT_EQ(run("{(1): 2}"), "2: a key must be a string");
  EXPECT_EQ(run(". as x | 1"), "5: unexpected \"x\"; expected a name such as $x, or [ or {");
  EXPECT_EQ(run(""), "0: the program ends too early; expected a value");
  EXPECT_EQ(run(".a &&  .b"), "3: unexpected \"&\"; expected the end, or an operator (did you mean \"and\"?)");
  EXPECT_EQ(run("'a'"), "0: unexpected \"'\"; expected a value (a string stands in double quotes)");
  EXPECT_EQ(run("\xff"), "0: this is not UTF-8");
}

TEST(CompileMessages, SayWhyAFunctionIsLeftOut) {
  EXPECT_EQ(run("env.PATH"), "0: \"env\" is left out: a program sees nothing of the process");
  EXPECT_EQ(run("$ENV.PATH"), "0: \"$ENV\" is left out: a program sees nothing of the process");
  EXPECT_EQ(run("[inputs]"), "1: \"inputs\" is left out: a program has one input, which is `.`");
  EXPECT_EQ(run("debug"), "0: \"debug\" is left out: a program has no effect but its results");
  EXPECT_EQ(run("halt_error"), "0: \"halt_error\" is left out: a program cannot end the process");
  EXPECT_EQ(run("import \"a\" as a; 1"), "0: \"import\" is left out: a program of the configuration is one text");
  EXPECT_EQ(run("get_jq_origin"), "0: \"get_jq_origin\" is left out: a program of the configuration is one text");
  EXPECT_EQ(run("$JQ_BUILD_CONFIGURATION"),
            "0: \"$JQ_BUILD_CONFIGURATION\" is left out: a program sees nothing of the process");
}

TEST(RunMessages, NameTheTypeAndAShortValue) {
  EXPECT_EQ(run(".a.b", R"({"a":1})"), "error: Cannot index number at .a with string (\"b\")");
  EXPECT_EQ(run(".a[]", R"({"a":"text"})"), "error: Cannot iterate over string (\"text\") at .a");
  EXPECT_EQ(run(".a[]", "{}"), "error: Cannot iterate over null at .a");
  EXPECT_EQ(run(".a + 1", R"({"a":{"b":[1,2,3,4,5,6,7,8,9,10,11,12]}})"),
            "error: object at .a and number (1) cannot be added");
  EXPECT_EQ(run("{(.a): 1}", R"({"a":1})"), "error: Object keys must be strings, not number (1) at .a");
  EXPECT_EQ(run("1 / 0"), "error: number (1) and number (0) cannot be divided because the divisor is zero");
  EXPECT_EQ(run("error({code: 1})"), "error: error (not a string): {\"code\":1}");
  EXPECT_EQ(run("[1] | implode | has(0)"), "error: Cannot check whether string has a number key");
}

TEST(RunMessages, InputThatIsNoGoodJsonIsRefused) {
  EXPECT_EQ(run(".", R"({"a":1,"a":2})"),
            "error: the input cannot be read: a name comes twice in one object at byte 7");
  EXPECT_EQ(run("1", R"({"a":1,"a":2})"), "1");
}

TEST(RunMessages, AreWhatCallersRead) {
  const auto compiled = Program::compile(".a | keys", {});
  std::pmr::monotonic_buffer_resource memory;
  const auto result = std::get<Program>(compiled).run(R"({"a":"x"})", {}, &memory);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), Code::kTransformRefused);
  EXPECT_EQ(result.error().info_if()->public_message, "cannot transform: string (\"x\") at .a has no keys");
}

}  // namespace
}  // namespace causeway::expression
