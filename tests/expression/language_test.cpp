// What is worth saying of the language besides jq's own tests: what binds how, what is bound where, what order results
// come in.
#include <gtest/gtest.h>

#include "expression/run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kOrder =
    R"({"orderNo":"E1","items":[{"sku":"A","n":2,"price":19.90},{"sku":"B","n":1,"price":5}],"note":null})";

TEST(Language, OperatorsBindAsInJq) {
  EXPECT_EQ(run("1 + 2 * 3 - 4 / 2"), "5");
  EXPECT_EQ(run("false // null // 3"), "3");
  EXPECT_EQ(run("1 // 2 | . + 1, 10"), "2 10");
  EXPECT_EQ(run("true or false and false"), "true");
  EXPECT_EQ(run("1 + 1 == 2 and 3 > 2"), "true");
  EXPECT_EQ(run(".a = .b // 1", R"({"b":2})"), R"({"b":2,"a":2})");
  EXPECT_EQ(run("10 - 2 - 3, 8 / 2 / 2, -1 + 2"), "5 2 1");
  EXPECT_EQ(run("1, 2 | . * 10"), "10 20");
  EXPECT_EQ(run("1 as $x | 2 as $y | $x + $y, $y"), "3 2");
  EXPECT_EQ(run(".n // 0 as $x | $x", R"({"n":7})"), "7");
  EXPECT_EQ(run("[.[] | -. * 2]", "[1,2]"), "[-2,-4]");
}

TEST(Language, PathsReadWhatIsThere) {
  EXPECT_EQ(run(".items[0].sku, .items[-1].sku, .items[5].sku, .nothing.at.all", kOrder), R"("A" "B" null null)");
  EXPECT_EQ(run(".items[].n", kOrder), "2 1");
  EXPECT_EQ(run(".items[1:] | length", kOrder), "1");
  EXPECT_EQ(run(".[\"orderNo\"], .\"orderNo\", .[\"order\" + \"No\"]", kOrder), R"("E1" "E1" "E1")");
  EXPECT_EQ(run(".orderNo[0:1], .orderNo[1:]", kOrder), R"("E" "1")");
  EXPECT_EQ(run("[.orderNo[]?], .orderNo.a?", kOrder), "[]");
  EXPECT_EQ(run("[.. | numbers]", kOrder), "[2,19.90,1,5]");
}

TEST(Language, MappingsAreMade) {
  EXPECT_EQ(run("{order_no: .orderNo, lines: [.items[] | {sku, n}]}", kOrder),
            R"({"order_no":"E1","lines":[{"sku":"A","n":2},{"sku":"B","n":1}]})");
  EXPECT_EQ(run("{orderNo, \"count\": (.items | length), (\"x\" + \"y\"): 1, \"n\\(1)\": 2}", kOrder),
            R"({"orderNo":"E1","count":2,"xy":1,"n1":2})");
  EXPECT_EQ(run("1 as $a | {$a, b: 2} | {a, \"b\"}"), R"({"a":1,"b":2})");
  EXPECT_EQ(run("{a: (1, 2), b: (3, 4)}"), R"({"a":1,"b":3} {"a":1,"b":4} {"a":2,"b":3} {"a":2,"b":4})");
  EXPECT_EQ(run("{a: 1, a: 2}"), R"({"a":2})");
  EXPECT_EQ(run(".goods = .items | del(.items, .note)", kOrder),
            R"({"orderNo":"E1","goods":[{"sku":"A","n":2,"price":19.90},{"sku":"B","n":1,"price":5}]})");
}

TEST(Language, AssignmentsChangeParts) {
  EXPECT_EQ(run(".items[].n += 1 | [.items[].n]", kOrder), "[3,2]");
  EXPECT_EQ(run(".items |= map(.sku)", kOrder), R"({"orderNo":"E1","items":["A","B"],"note":null})");
  EXPECT_EQ(run(".note //= \"none\" | .note", kOrder), R"("none")");
  EXPECT_EQ(run("(.a, .b) = 1", "{}"), R"({"a":1,"b":1})");
  EXPECT_EQ(run(".a.b.c = 1", "null"), R"({"a":{"b":{"c":1}}})");
  EXPECT_EQ(run(".[2] = 1", "null"), "[null,null,1]");
  EXPECT_EQ(run("(.[] | select(. > 1)) |= empty", "[1,2,3,0]"), "[1,0]");
  EXPECT_EQ(run(".a = (1, 2)", "{}"), R"({"a":1} {"a":2})");
  EXPECT_EQ(run(".a += (1, 2)", R"({"a":10})"), R"({"a":11} {"a":12})");
  EXPECT_EQ(run(".[1:3] = [\"x\"]", "[0,1,2,3]"), R"([0,"x",3])");
}

TEST(Language, TheInputIsNotChangedByAnAssignment) {
  EXPECT_EQ(run(". as $before | .a = 2 | [$before, .]", R"({"a":1})"), R"([{"a":1},{"a":2}])");
  EXPECT_EQ(run("[1] as $x | ($x | .[0] = 2), $x", "null"), "[2] [1]");
  EXPECT_EQ(run("reduce (1, 2) as $i ([]; . as $old | . + [$i] | if $i == 2 then [$old, .] else . end)"),
            "[[1],[1,2]]");
  EXPECT_EQ(run("[foreach (1, 2, 3) as $i ([]; . + [$i])]"), "[[1],[1,2],[1,2,3]]");
  EXPECT_EQ(run("[[[1]] | .[0][0] += 1, .]"), "[[[2]],[[1]]]");
  EXPECT_EQ(run("{a: [1]} as $x | reduce range(2) as $i ($x; .a += [$i]) | [., $x]"), R"([{"a":[1,0,1]},{"a":[1]}])");
  EXPECT_EQ(run("def f: .a = 2, .; {a: 1} | [f]"), R"([{"a":2},{"a":1}])");
  EXPECT_EQ(run("\"a\" as $x | [$x + \"b\", $x + \"c\", $x]"), R"(["ab","ac","a"])");
  EXPECT_EQ(run("reduce range(3) as $i (\"\"; . + \"x\") as $s | [$s + \"1\", $s + \"2\", $s]"),
            R"(["xxx1","xxx2","xxx"])");
}

TEST(Language, FunctionsSeeWhatIsDefinedAroundThem) {
  EXPECT_EQ(run("def f(g): [g, g]; f(1, 2)"), "[1,2,1,2]");
  EXPECT_EQ(run("def f($a; b): $a + b; f(1; 2, 3)"), "3 4");
  EXPECT_EQ(run("5 as $x | def f: $x; 6 as $x | f"), "5");
  EXPECT_EQ(run("def fac: if . < 2 then 1 else . * (. - 1 | fac) end; 30 | fac"), "265252859812191058636308480000000");
  EXPECT_EQ(run("def f(x): x | x; 2 | f(. * .)"), "16");
  EXPECT_EQ(run("def f: def g: 3; g * 2; f"), "6");
  EXPECT_EQ(run("def map(f): \"mine\"; map(.)"), R"("mine")");
  EXPECT_EQ(run("def f(g): def h: g; h; 7 as $x | f($x)"), "7");
}

// A binding that is entered again from what stands behind it must not change what the first one sees.
TEST(Language, BindingsThatAreEnteredAgainKeepTheirValues) {
  EXPECT_EQ(run("def twice(f): f | f; [1 | twice(. as $x | (1, 2) | . + $x)]"), "[3,4,4,5]");
  EXPECT_EQ(run("def f(g): [g | g]; [range(2)] | f(.[] as $x | [$x, $x + 1])"), "[[0,1],[1,2],[1,2],[2,3]]");
  EXPECT_EQ(run("def r: if . > 2 then empty else . as $x | (. + 1 | r), $x end; [0 | r]"), "[2,1,0]");
}

TEST(Language, ErrorsAreCaughtWhereTheyHappen) {
  EXPECT_EQ(run("try error(\"x\") catch . + \"!\""), R"("x!")");
  EXPECT_EQ(run("[.[] | tonumber?]", R"(["1","x",2])"), "[1,2]");
  EXPECT_EQ(run("try (1, error(\"x\"), 2) catch ."), R"(1 "x")");
  EXPECT_EQ(run("(try 1 catch 2) | error(\"behind\")"), "error: behind");
  EXPECT_EQ(run(".a.b?.c? // \"none\"", R"({"a":1})"), R"("none")");
  EXPECT_EQ(run(".a.b.c? // \"none\"", R"({"a":1})"), "error: Cannot index number at .a with string (\"b\")");
  EXPECT_EQ(run("[label $out | 1, 2, break $out, 3]"), "[1,2]");
  EXPECT_EQ(run("[.[] | tonumber? // 0]", R"(["1","x"])"), "[1,0]");
  EXPECT_EQ(run("try error catch .", "{\"a\":1}"), R"({"a":1})");
}

TEST(Language, StringsAreMadeOfPieces) {
  EXPECT_EQ(run(R"x("a\(1 + 1)b\("c" + "d")e\([1])")x"), R"("a2bcde[1]")");
  EXPECT_EQ(run(R"x(@uri "?q=\(.)&x=1")x", R"("a b&c")"), R"("?q=a%20b%26c&x=1")");
  EXPECT_EQ(run(R"x("\(1, 2)-\(3, 4)")x"), R"("1-3" "2-3" "1-4" "2-4")");
  EXPECT_EQ(run(R"("\u00e9\ud83d\ude00\n")"), "\"é😀\\n\"");
  EXPECT_EQ(run("\"a\" * 3, (\"a,b\" / \",\"), (\"Ab\" | ascii_downcase, ascii_upcase)"),
            R"("aaa" ["a","b"] "ab" "AB")");
}

TEST(Language, RangesGoUpAndDownAndNowhereByZero) {
  EXPECT_EQ(run("[range(0; 10; 4)], [range(1; -3; -2)], [range(0; 10; -1)]"), "[0,4,8] [1,-1] []");
  EXPECT_EQ(run("[range(0; 10; 0)], [range(1; 2; 0)]"), "[] []");
}

TEST(Language, JoinTakesWhatLiesBetween) {
  EXPECT_EQ(run("join(\", \")", R"(["a",1,null,true])"), R"("a, 1, , true")");
  EXPECT_EQ(run("join(null), join(\"\")", R"(["a","b"])"), "\"ab\" \"ab\"");
  EXPECT_EQ(run("join(1)", R"(["a"])"), "\"a\"");
  EXPECT_EQ(run("join(1)", R"(["a","b"])"), "error: join needs a string between the items, not number (1)");
}

TEST(Language, VariablesOfTheContextAreThere) {
  Values values;
  values.set(Variable::kRequest, R"({"id": 4781320682406083640})");
  values.set(Variable::kStatus, "200");
  EXPECT_EQ(run("$request.id, $status == 200, $consumer", "null", values), "4781320682406083640 true null");
  EXPECT_EQ(run("$request | .id = 1", "null", values), R"({"id":1})");
}

TEST(Language, CommentsAreSkipped) {
  EXPECT_EQ(run("1 # one\n+ # plus \\\n 5\n2"), "3");
  EXPECT_EQ(run("# nothing but . and a comment\n."), "null");
}

TEST(Language, PatternsAreRe2s) {
  EXPECT_EQ(run(R"x(test("^E\\d+$"), [match("(?<l>[A-Z])(?<d>\\d)").captures[].name])x", R"("E1")"),
            R"(true ["l","d"])");
  EXPECT_EQ(run(R"x(gsub("(?<d>\\d)"; "<\(.d)>"), sub("B"; "x"; "i"), [scan("[a-z]")])x", R"("a1b2")"),
            R"("a<1>b<2>" "a1x2" ["a","b"])");
  EXPECT_EQ(run(R"x(capture("(?<year>\\d{4})-(?<month>\\d\\d)"))x", R"("2026-11-26")"),
            R"({"year":"2026","month":"11"})");
  EXPECT_EQ(run(R"x([splits(", *")], split("\\s*;\\s*"; null))x", R"("a,  b;c")"), R"(["a","b;c"] ["a,  b","c"])");
  EXPECT_EQ(run(R"x(test("(?=a)"))x", R"("a")"),
            "error: (?=a) (at offset 0) is not a valid regex: invalid perl operator: (?=");
}

}  // namespace
}  // namespace causeway::expression
