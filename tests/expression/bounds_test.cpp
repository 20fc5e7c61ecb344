// Hostile programs and data: each ends in an error within the budget of the run, in decent time, on a decent stack.
#include <gtest/gtest.h>

#include <string>

#include "expression/run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kSteps = "error: the program needs more than 1000000 steps";
constexpr std::string_view kMemory = "error: the program needs more than 64 MiB of memory";
constexpr std::string_view kDepth = "error: calls or values nest too deeply; 1024 calls and 10240 levels are the most";

std::string repeated(std::string_view unit, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += unit;
  return all;
}

TEST(Bounds, EndlessProgramsRunOutOfSteps) {
  EXPECT_EQ(run("[range(1e12)] | length"), kSteps);
  EXPECT_EQ(run("1 | until(false; .)"), kSteps);
  EXPECT_EQ(run("last(repeat(1))"), kSteps);
  EXPECT_EQ(run("last(recurse(. + 1))", "0"), kSteps);
  EXPECT_EQ(run("reduce range(1e9) as $i (0; . + $i)"), kSteps);
  EXPECT_EQ(run("last(limit(1e12; repeat(1)))"), kSteps);
  EXPECT_EQ(run("[while(true; .)]"), kSteps);
}

TEST(Bounds, EndlessRecursionEnds) {
  EXPECT_EQ(run("def f: f; f"), kDepth);
  EXPECT_EQ(run("def f: 1 + f; f"), kDepth);
  EXPECT_EQ(run("def f: [f]; f"), kDepth);
  EXPECT_EQ(run("def f: ., f; f"), kDepth);
  EXPECT_EQ(run("def f: f | f; f"), kDepth);
  EXPECT_EQ(run("def f(g): f(g | g); f(.)"), kDepth);
  EXPECT_EQ(run("def f($x): f($x + 1); f(0)"), kDepth);
  EXPECT_EQ(run("[recurse([., .])] | length", "0").substr(0, 6), "error:");
  EXPECT_EQ(run("last(recurse(., .))", "0"), kDepth);
  EXPECT_EQ(run("def f: try f catch f; f"), kDepth);
  EXPECT_EQ(run("def f: label $x | f; f"), kDepth);
  EXPECT_EQ(run("def f: reduce f as $x (0; .); f"), kDepth);
}

TEST(Bounds, NothingCatchesThatALimitIsExceeded) {
  EXPECT_EQ(run("try (def f: f; f) catch 1"), kDepth);
  EXPECT_EQ(run("[range(1e12)]? // 1"), kSteps);
  EXPECT_EQ(run("first((\"x\" * 1e8)?, 1)"), kMemory);
}

TEST(Bounds, LargeValuesRunOutOfMemory) {
  EXPECT_EQ(run("\"x\" * 1e9"), kMemory);
  EXPECT_EQ(run("\"x\" * 1e12"), "error: Repeat string result too long");
  EXPECT_EQ(run("reduce range(60) as $i (\"x\"; . + .)"), kMemory);
  EXPECT_EQ(run("reduce range(60) as $i ([1]; . + .) | length").substr(0, 6), "error:");
  EXPECT_EQ(run(".[16000000] = 1"), kMemory);
  EXPECT_EQ(run(".[1e9] = 1"), "error: Array index too large");
  EXPECT_EQ(run(".a[1e9] = 1"), "error: Array index too large");
  EXPECT_EQ(run("[limit(300; repeat(\"x\" * 1000000))] | length"), kMemory);
}

TEST(Bounds, WhatIsLetGoIsUsedAgain) {
  EXPECT_EQ(run("reduce range(1000) as $i (0; \"x\" * 50000 | length)"), "50000");
  EXPECT_EQ(run("reduce range(100000) as $i ([]; . + [$i]) | length"), "100000");
  EXPECT_EQ(run("reduce range(20000) as $i ({}; .[\"k\\($i)\"] = $i) | length"), "20000");
  EXPECT_EQ(run("reduce range(20000) as $i ({}; .[\"k\\($i % 100)\"] += [$i]) | length"), "100");
  EXPECT_EQ(run("reduce range(50000) as $i (\"\"; . + \"x\") | length"), "50000");
}

TEST(Bounds, ResultsMayNotBeTooLarge) {
  Limits limits;
  limits.output = 1000;
  EXPECT_EQ(run("\"x\" * 10, \"y\" * 2000", "null", {}, limits), "error: the results are larger than 1000 bytes");
  EXPECT_EQ(run("range(1000)", "null", {}, limits), "error: the results are larger than 1000 bytes");
}

TEST(Bounds, DeepValuesEnd) {
  EXPECT_EQ(run("reduce range(11000) as $i (1; [.])"), kDepth);
  EXPECT_EQ(run("reduce range(11000) as $i (1; {a: .})"), kDepth);
  EXPECT_EQ(run("reduce range(900) as $i (1; [.]) | tojson | length"), "1801");
  EXPECT_EQ(run("reduce range(900) as $i (1; [.]) | [..] | length"), "901");
  EXPECT_EQ(run("reduce range(900) as $i (1; [.]) | . == . and (flatten == [1])"), "true");
  EXPECT_EQ(run("reduce range(900) as $i (1; {a: .}) | [paths] | length"), "900");
  EXPECT_EQ(run("reduce range(900) as $i (1; {a: .}) as $x | $x * $x | walk(.) == $x"), "true");
  EXPECT_EQ(run("setpath([range(9000) | 0]; 1)"), kDepth);
  EXPECT_EQ(run(".", repeated("[", 70) + repeated("]", 70)),
            "error: the input cannot be read: nested too deep at byte 64");
  EXPECT_EQ(run("\"[\" * 11000 + \"]\" * 11000 | fromjson").substr(0, 20), "error: Exceeds depth");
}

bool too_deep(const std::string& program) { return run(program).ends_with(": nested too deeply"); }
bool too_long(const std::string& program) {
  return run(program).ends_with(": too much stands in a row or within each other");
}

TEST(Bounds, DeepProgramsDoNotCompile) {
  EXPECT_TRUE(too_deep(repeated("[", 100'000)));
  EXPECT_TRUE(too_deep(repeated("(", 100'000)));
  EXPECT_TRUE(too_deep(repeated("{a:", 20'000)));
  EXPECT_TRUE(too_deep(repeated("-", 100'000)));
  EXPECT_TRUE(too_deep(repeated("try ", 20'000)));
  EXPECT_TRUE(too_deep(repeated("\"\\(", 20'000)));
  EXPECT_TRUE(too_deep(repeated("if ", 20'000)));
  EXPECT_TRUE(too_deep(repeated("def f: ", 20'000)));
  EXPECT_TRUE(too_deep(repeated(". as [", 1) + repeated("[", 100'000)));
  EXPECT_TRUE(too_deep(repeated(". as $x | ", 20'000)));
  EXPECT_TRUE(too_long("." + repeated(" + .", 20'000)));
  EXPECT_TRUE(too_long(repeated(".a", 20'000)));
  EXPECT_TRUE(too_long("." + repeated("[]", 20'000)));
  EXPECT_TRUE(too_long("." + repeated(" | .", 20'000)));
  EXPECT_TRUE(too_long("." + repeated(", .", 20'000)));
  EXPECT_EQ(run(repeated("x", 2u << 20)), "0: a program has at most 1 MiB");
}

TEST(Bounds, WhatCompilesRuns) {
  EXPECT_EQ(run(repeated("[", 350) + "1" + repeated("]", 350)), repeated("[", 350) + "1" + repeated("]", 350));
  EXPECT_EQ(run("0" + repeated(" + 1", 1500)), "1500");
  EXPECT_EQ(run("0" + repeated(" | . + 1", 1500)), "1500");
  EXPECT_EQ(run("[0" + repeated(", 1", 1500) + "] | length"), "1501");
  EXPECT_EQ(run("[(1, 2)" + repeated(" | (., .) | first(.)", 3) + "] | length"), "16");
  EXPECT_EQ(run("(1, 2)" + repeated(" | select(. > 0)", 200)), "1 2");
}

/// The stack is looked at, not only calls counted.
TEST(Bounds, LongChainsOfGeneratorsEnd) {
  const std::string result = run("(1, 2)" + repeated(" | (., empty)", 1900));
  EXPECT_TRUE(result == "1 2" || result == kDepth) << result;
}

TEST(Bounds, InsertionsWithinInsertionsTakeNoLongerThanTheyAreLong) {
  std::string text = "1";
  for (int i = 0; i < 60; ++i) text = "\"\\(" + text + ")\"";
  EXPECT_EQ(run("{" + text + "}", "{}"), R"({"1":null})");
  std::string keys = "\"a\"";
  for (int i = 0; i < 60; ++i) keys = "\"\\({" + keys + "} | keys[0])\"";
  EXPECT_EQ(run(keys, "{}"), "\"a\"");
}

TEST(Bounds, SearchingIsLinear) {
  EXPECT_EQ(run("(\"a\" * 1000000) as $t | (\"a\" * 300000 + \"b\") as $p | $t | contains($p), index($p), (split($p) | "
                "length)"),
            "false null 1");
  EXPECT_EQ(run("(\"a\" * 100000) as $t | $t | test(\"^(a+)+$\"), test(\"^(a|a)*b\")"), "true false");
  EXPECT_EQ(run("\"a\" | test(\"(a{1000}){1000}\")").substr(0, 6), "error:");
  EXPECT_EQ(run("(\"a\" * 5000) as $p | \"a\" | test($p)"), "error: a pattern has at most 4096 bytes");
}

TEST(Bounds, MatchesAreNotPaidForByWhatLiesBehindThem) {
  EXPECT_EQ(run("(\"a,\" * 10000) | gsub(\",\"; \";\") | length"), "20000");
  EXPECT_EQ(run("(\"a,\" * 10000) | [scan(\"[a-z]+\")] | length"), "10000");
}

TEST(Bounds, ArithmeticOfLongNumbersEnds) {
  EXPECT_EQ(run("(\"9\" * 100000 | tonumber) + 1").substr(0, 6), "error:");
  EXPECT_EQ(run("1e1000000000 * 1e1000000000"), "1e2000000000");
  EXPECT_EQ(run("(\"9\" * 100000 | tonumber) == (\"9\" * 100000 | tonumber)"), "true");
  EXPECT_EQ(run("1e1000000000 | floor").substr(0, 1), "1");
  EXPECT_EQ(run("[range(1e1000000000)] | length").substr(0, 6), "error:");
}

TEST(Bounds, SortingThatRunsOutOfStepsEnds) {
  Limits limits;
  for (std::uint64_t steps = 100; steps < 4000; steps += 100) {
    limits.steps = steps;
    const std::string result =
        run("[range(200) | [., . * 7919 % 101]] | sort_by(.[1]) | sort | unique | group_by(.[1]) | length", "null", {},
            limits);
    EXPECT_TRUE(result.starts_with("error: the program needs more than")) << steps << ' ' << result;
  }
}

TEST(Bounds, CollidingNamesCostNothingSpecial) {
  EXPECT_EQ(run("[range(30000) | {key: \"k\\(.)\", value: .}] | from_entries | length"), "30000");
  EXPECT_EQ(run("[range(3000)] | map({(tostring): 1}) | add | del(.[\"7\"], .[\"8\"]) | length"), "2998");
}

}  // namespace
}  // namespace causeway::expression
