// What people read when a program is wrong.
#include <gtest/gtest.h>

#include "expression/run.h"

namespace causeway::expression {
namespace {

TEST(CompileMessages, NameWhatWasProbablyMeant) {
  EXPECT_EQ(run(".items | lenght"), "9: no function is called lenght/0 (did you mean length?)");
  EXPECT_EQ(run("map(slect(. > 1))"), "4: no function is called slect/1 (did you mean select?)");
  EXPECT_EQ(run("def total: 1; totl"), "14: no function is called totl/0 (did you mean total?)");
  EXPECT_EQ(run("map"), "0: no function is called map/0 (there is map/1)");
  EXPECT_EQ(run("range(1; 2; 3; 4)"), "0: no function is called range/4 (there is range/1, range/2, range/3)");
  EXPECT_EQ(run("1 as $order | $orderr"), "14: $orderr is not a variable here (did you mean $order?)");
  EXPECT_EQ(run("$reqest.id"), "0: $reqest is not a variable here (did you mean $request?)");
  EXPECT_EQ(run("@base46"), "0: no format is called @base46 (did you mean @base64?)");
  EXPECT_EQ(run("break $out"), "0: $out is not a label here");
  EXPECT_EQ(run("xyzzy"), "0: no function is called xyzzy/0");
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
  EXPECT_EQ(run(".a &&  .b"), "3: unexpected \"&\"; expected the end, or an operator");
  EXPECT_EQ(run("\xff"), "0: this is not UTF-8");
}

TEST(CompileMessages, SayWhyAFunctionIsLeftOut) {
  EXPECT_EQ(run("env.PATH"), "0: env/0 is left out: a program sees nothing of the process");
  EXPECT_EQ(run("$ENV.PATH"), "0: $ENV is left out: a program sees nothing of the process");
  EXPECT_EQ(run("[inputs]"), "1: inputs/0 is left out: a program has one input, which is `.`");
  EXPECT_EQ(run("debug"), "0: debug/0 is left out: a program has no effect but its results");
  EXPECT_EQ(run("halt_error"), "0: halt_error/0 is left out: a program cannot end the process");
  EXPECT_EQ(run("import \"a\" as a; 1"), "0: import is left out: a program of the configuration is one text");
  EXPECT_EQ(run("now"), "0: now/0 is left out: dates are not in this version");
}

TEST(RunMessages, NameTheTypeAndAShortValue) {
  EXPECT_EQ(run(".a.b", R"({"a":1})"), "error: Cannot index number with string (\"b\")");
  EXPECT_EQ(run(".a[]", R"({"a":"text"})"), "error: Cannot iterate over string (\"text\")");
  EXPECT_EQ(run(".a[]", "{}"), "error: Cannot iterate over null");
  EXPECT_EQ(run(".a + 1", R"({"a":{"b":[1,2,3,4,5,6,7,8,9,10,11,12]}})"),
            "error: object ({\"b\":[1,2,3,4,5,6,7,8,9,1...}) and number (1) cannot be added");
  EXPECT_EQ(run("{(.a): 1}", R"({"a":1})"), "error: Object keys must be strings, not number (1)");
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
  EXPECT_EQ(result.error().info_if()->public_message, "cannot transform: string (\"x\") has no keys");
}

}  // namespace
}  // namespace causeway::expression
