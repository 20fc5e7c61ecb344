#include "expression/program.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace causeway::expression {
namespace {

Program compiled(std::string_view text, VariableSet allowed = {}) {
  return std::get<Program>(Program::compile(text, allowed));
}

class ProgramTest : public testing::Test {
 protected:
  std::pmr::monotonic_buffer_resource memory_;

  std::string one(std::string_view text, Bytes input) {
    const auto result = compiled(text).run_one(input, {}, &memory_);
    return result.ok() ? std::string(*result) : result.error().info_if()->internal;
  }
  bool test(std::string_view text, Bytes input) {
    const auto result = compiled(text).test(input, {}, &memory_);
    EXPECT_TRUE(result.ok());
    return result.ok() && *result;
  }
};

TEST_F(ProgramTest, RunOneWantsExactlyOneResult) {
  EXPECT_EQ(one(".a", R"({"a":1})"), "1");
  EXPECT_EQ(one(".[]", "[1,2]"), "the program has several results, and one was expected");
  EXPECT_EQ(one("empty", "[]"), "the program has no result, and one was expected");
  EXPECT_EQ(one(".[] | .a", "[1]"), "Cannot index number with string (\"a\")");
}

TEST_F(ProgramTest, TestLooksAtTheFirstResult) {
  EXPECT_TRUE(test(".a == 1", R"({"a":1})"));
  EXPECT_FALSE(test(".a == 1", R"({"a":2})"));
  EXPECT_FALSE(test("empty", "1"));
  EXPECT_FALSE(test("null", "1"));
  EXPECT_TRUE(test("0, error(\"not reached\")", "1"));
  EXPECT_FALSE(compiled(".a", {}).test("1", {}, &memory_).ok());
}

TEST_F(ProgramTest, KnowsWhatItUses) {
  const VariableSet all{Variable::kRequest, Variable::kStatus};
  EXPECT_TRUE(compiled("$status == 200", all).uses().has(Variable::kStatus));
  EXPECT_FALSE(compiled("$status == 200", all).uses().has(Variable::kRequest));
  EXPECT_FALSE(compiled("$status == 200", all).uses_input());
  EXPECT_TRUE(compiled("$status == .a", all).uses_input());
  EXPECT_FALSE(compiled("$request | .a.b", all).uses_input());
  EXPECT_FALSE(compiled("{a: $request.b, c: [1, $status]}", all).uses_input());
  EXPECT_TRUE(compiled("{a: $request.b, c: [1, .d]}", all).uses_input());
  EXPECT_TRUE(compiled("{\"a\"}", all).uses_input());
  EXPECT_TRUE(compiled("if $status then 1 end", all).uses_input());
  EXPECT_TRUE(compiled("1 as $request | $request", all).uses().empty());
}

TEST_F(ProgramTest, InputThatIsNotUsedIsNotRead) { EXPECT_EQ(one("1 + 1", "not JSON"), "2"); }

TEST_F(ProgramTest, VariablesThatAreNotAllowedDoNotCompile) {
  const auto refused = Program::compile("$answer.a", {Variable::kRequest});
  EXPECT_EQ(std::get<CompileProblem>(refused).message, "$answer is not a variable here");
}

TEST_F(ProgramTest, KnowsItsText) {
  EXPECT_EQ(compiled(" .a ").text(), " .a ");
  EXPECT_EQ(compiled("\"{{\"").literal_text(), "{{");
  EXPECT_FALSE(compiled("\"a\\(1)\"").literal_text().has_value());
}

TEST_F(ProgramTest, ThreadsShareIt) {
  const Program program = compiled(
      "def f(x): reduce x as $i ({}; .[\"k\\($i)\"] = {\"c\": [1, \"x\", 19.90]}); f(range(50)) | map(.c[2]) | add, "
      "(. | test(\"a\"))?");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&program] {
      for (int turn = 0; turn < 50; ++turn) {
        std::pmr::monotonic_buffer_resource memory;
        const auto result = program.run_one("null", {}, &memory);
        ASSERT_TRUE(result.ok());
        ASSERT_EQ(*result, "995");
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(EndOfInsertion, LiesInNoStringCommentOrBracket) {
  const auto end = [](std::string_view text) { return find_end_of_insertion(text); };
  EXPECT_EQ(end(" .a }} rest"), 4u);
  EXPECT_EQ(end(" {a: {b: 1}} }}"), 13u);
  EXPECT_EQ(end("{a: 1}}}"), 6u);
  EXPECT_EQ(end(" \"}}\" }}"), 6u);
  EXPECT_EQ(end(R"( "\"}}" }})"), 8u);
  EXPECT_EQ(end(R"x( "\({a: "}}"})" }})x"), 16u);
  EXPECT_EQ(end(".a # }}\n }}"), 9u);
  EXPECT_EQ(end(".a } rest"), std::string_view::npos);
  EXPECT_EQ(end("\"never closed }}"), std::string_view::npos);
  EXPECT_EQ(end(""), std::string_view::npos);
}

}  // namespace
}  // namespace causeway::expression
