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
  EXPECT_EQ(one(".[] | .a", "[1]"), "Cannot index number at .[0] with string (\"a\")");
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

TEST_F(ProgramTest, KnowsWhichMembersOfAVariableItMentions) {
  const auto mentions = [](std::string_view text) {
    std::string found;
    const Program program = compiled(text, {Variable::kCalls, Variable::kRequest});  // members view it
    for (const Program::Member& member : program.members_of(Variable::kCalls))
      found.append(member.name.empty() ? "?" : member.name)
          .append("@")
          .append(std::to_string(member.offset))
          .append(" ");
    return found;
  };
  EXPECT_EQ(mentions("$request.order"), "");
  EXPECT_EQ(mentions("$calls.order.body.id"), "order@0 ");
  EXPECT_EQ(mentions("$calls[\"a b\"].body // $calls.order?.body"), "a b@0 order@22 ");
  EXPECT_EQ(mentions("if $calls.a.status == 200 then {x: $calls.b.body} else \"\\($calls.c.body)\" end"),
            "a@3 b@35 c@58 ");
  EXPECT_EQ(mentions("def f: $calls.a; [1, 2] | map(f)"), "a@7 ");
  EXPECT_EQ(mentions("$calls | .a"), "?@0 ");
  EXPECT_EQ(mentions("$calls[$request.a]"), "?@0 ");
  EXPECT_EQ(mentions("$calls.a, $calls, ($calls | keys)"), "a@0 ?@10 ?@19 ");
  EXPECT_EQ(mentions("$calls as {order: $o} | $o"), "?@0 ");
  EXPECT_EQ(mentions("1 as $calls | $calls.a"), "");
}

TEST_F(ProgramTest, KnowsWhichMembersOfItsInputItMentions) {
  const auto mentions = [](std::string_view text) {
    std::string found;
    const Program program = compiled(text, {Variable::kRequest});  // members view it
    for (const Program::Member& member : program.members_of_input())
      found.append(member.name).append("@").append(std::to_string(member.offset)).append(" ");
    return found;
  };
  EXPECT_EQ(mentions("{order, shipment: (.shipment.items[0] // null)}"), "order@1 shipment@19 ");
  EXPECT_EQ(mentions(".order + .[\"other\"]"), "order@0 other@10 ");
  EXPECT_EQ(mentions(".order | .id, {x: .y}"), "order@0 ");
  EXPECT_EQ(mentions(". | .order"), "order@4 ");
  EXPECT_EQ(mentions("[.lines[] | {sku: .sku}] | map(.n)"), "lines@1 ");
  EXPECT_EQ(mentions(".a as $x | if .b then .c else \"\\(.d)\" end"), "a@0 b@14 c@22 d@33 ");
  EXPECT_EQ(mentions("$request.a"), "");
  EXPECT_EQ(mentions("to_entries | map(.key)"), "");
}

TEST_F(ProgramTest, InputThatIsNotUsedIsNotRead) { EXPECT_EQ(one("1 + 1", "not JSON"), "2"); }

TEST_F(ProgramTest, WhatHasBeenReadIsNotReadAgain) {
  const std::string input = R"({"a":[1,2]})";
  const std::string request = R"({"b":"x"})";
  const auto document = std::get<JsonDocument>(JsonDocument::read(input));
  const auto other = std::get<JsonDocument>(JsonDocument::read(request));
  Values values;
  values.set(Variable::kRequest, request);
  values.know(document);
  values.know(other);
  EXPECT_EQ(values.known(input), &document);
  EXPECT_EQ(values.known(Bytes(input).substr(0, 5)), nullptr);
  const Program program = compiled("{a: .a[1], b: $request.b}", {Variable::kRequest});
  EXPECT_EQ(*program.run_one(input, values, &memory_), R"({"a":2,"b":"x"})");
}

TEST_F(ProgramTest, ADocumentThatIsDeeperThanAnInputMayBeIsRefusedAllTheSame) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  const auto document = std::get<JsonDocument>(JsonDocument::read(deep, {.depth = 512}));
  Values values;
  values.know(document);
  const auto result = compiled(".").run_one(deep, values, &memory_);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().info_if()->internal, "the input cannot be read: nested too deep at byte 64");
}

TEST_F(ProgramTest, SaysHowDeepItsResultNestsAtMost) {
  const auto depth = [&](std::string_view text, Bytes input) {
    const auto made = compiled(text).document_of_one(input, {}, &memory_);
    return made.ok() ? made->depth : 0;
  };
  EXPECT_EQ(depth("1", "null"), 0u);
  EXPECT_EQ(depth("[]", "null"), 1u);
  EXPECT_EQ(depth("{a: [{b: .c}]}", R"({"c":1})"), 3u);
  EXPECT_EQ(depth("{a: [{b: .c}]}", R"({"c":[[1]]})"), 6u);
  EXPECT_EQ(depth("[.[] | {a: .}]", "[1,[2]]"), 4u);
  EXPECT_EQ(depth("reduce range(9) as $i (1; [.]) | {a: .}", "null"), 10u);
}

// What `{}` and `[]` make is written at once; it is what a value would be written as.
TEST_F(ProgramTest, ConstructionsAreWrittenAsValuesAre) {
  const std::string input = R"j({ "a": 19.90, "q\"k": "\u00e9\n", "l": [ {"x" : 1}, {"x" : [ 2 ]} ], "n": null })j";
  for (const std::string_view text :
       {R"j({a, b: .a, "c\"\u007f": .["q\"k"], d: .l, e: [.l[] | {x, y: .z}], f: "t\(.a)"})j",
        R"j([.l[].x, .a, empty, .l])j", R"j({a: (if .n then 1 else {b: [.a]} end), "\("k")": 1, c: {d: [[]]}})j",
        R"j([.l[] | .x | [., [.]]] | {r: .})j", R"j({(.l[0].x | tostring): 1, a: [.l[] | select(.x == 1) | {x}]})j",
        R"j([.a, (.l | length), (.l[] | .x)])j"}) {
    EXPECT_EQ(one(text, input), one("(" + std::string(text) + ") as $v | $v", input)) << text;
  }
  EXPECT_EQ(one(R"j({a, "c\"\u007f": .["q\"k"], e: [.l[] | {x, y: .z}]})j", input),
            R"j({"a":19.90,"c\"\u007f":"\u00e9\n","e":[{"x":1,"y":null},{"x":[2],"y":null}]})j");
  EXPECT_EQ(one("{a: .b.c}", R"({"b":1})"), "Cannot index number at .b with string (\"c\")");
  EXPECT_EQ(one("{a}", "[1]"), "Cannot index array at . with string (\"a\")");
  EXPECT_EQ(one("[.[] | {a}]", "[{}, 1]"), "Cannot index number at .[1] with string (\"a\")");
  EXPECT_EQ(one("[.[] | error(\"no\")]? // 1", "[1]"), "1");
}

TEST_F(ProgramTest, VariablesThatAreNotAllowedDoNotCompile) {
  const auto refused = Program::compile("$answer.a", {Variable::kRequest});
  EXPECT_EQ(std::get<CompileProblem>(refused).message, "\"$answer\" has no value here");
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
