// What comparing with jq (differential_test.cpp) and fuzzing have shown: each of these was wrong once.
#include <gtest/gtest.h>

#include "expression/run.h"

namespace causeway::expression {
namespace {

TEST(JqAgreement, AnAlternativeCatchesNoError) {
  EXPECT_EQ(run(R"jq(try (error("x") // 5) catch .)jq"), R"jq("x")jq");
  EXPECT_EQ(run(R"jq([try ((null, error("x")) // 5) catch .])jq"), R"jq(["x"])jq");
  EXPECT_EQ(run(R"jq([try ((1, error("x")) // 5) catch .])jq"), R"jq([1,"x"])jq");
  EXPECT_EQ(run(R"jq((error("x")? // 5), (empty // 6), ((null, false) // 7))jq"), "5 6 7");
}

TEST(JqAgreement, AQuestionMarkBehindAPartIsForTakingThatPart) {
  EXPECT_EQ(run("[1 | .a?], [1 | .a?.b?], [1 | (.a.b)?], [1 | .a.b??], [1 | .[]?], [1 | .[1:]?]"), "[] [] [] [] [] []");
  for (const auto* const program :
       {".a.b?", ".a[0]?", ".a[]?", ".a[1:]?", ".a.\"b\"?", ".[\"a\"][\"b\"]?", ".a?.b | .c?"})
    EXPECT_EQ(run(std::string("[try (1 | ") + program + R"jq() catch "no"])jq"),
              program[2] == '?' ? "[]" : R"jq(["no"])jq");
  EXPECT_EQ(run(R"jq([.a.b?, .c[0]?])jq", R"jq({"a":[],"c":{}})jq"), "[]");
  EXPECT_EQ(run("[.[] | .a?]", R"jq([{"a":1},2,{"a":3},null])jq"), "[1,3,null]");
  EXPECT_EQ(run("[paths], [path(.a[0]?, .b[]?)]", R"jq({"a":[1],"b":2})jq"), R"jq([["a"],["a",0],["b"]] [["a",0]])jq");
}

TEST(JqAgreement, OfSeveralErrorsInATextTheLastCounts) {
  EXPECT_EQ(run(R"jq(try "\(error("x"))\(error("y"))" catch .)jq"), R"jq("y")jq");
  EXPECT_EQ(run(R"jq([try "\(1, 2)\(error("y"), 3)\(error("z"))" catch .])jq"), R"jq(["z"])jq");
  EXPECT_EQ(run(R"jq("\(1)\(2)\(3)\(4)\(5)\(6)", @json "\("a")-\("b")")jq"), R"jq("123456" "\"a\"-\"b\"")jq");
  EXPECT_EQ(run(R"jq(try @csv "\({})\([{}])" catch "row")jq"), R"jq("row")jq");
}

TEST(JqAgreement, TextsOfValuesDoNotTellHowTheInputWasWritten) {
  EXPECT_EQ(run(R"jq(tojson, "\(.)", @json, (.[0] | tojson))jq", R"jq(["\/\u0041\u00e9", {"\u0062" : 1e2}])jq"),
            R"jq("[\"/Aé\",{\"b\":1e2}]" "[\"/Aé\",{\"b\":1e2}]" "[\"/Aé\",{\"b\":1e2}]" "\"/Aé\"")jq");
  EXPECT_EQ(run(".", R"jq(["\/\u0041\u00e9"])jq"), R"jq(["\/\u0041\u00e9"])jq") << "what is passed on stays";
}

TEST(JqAgreement, AnUpdateWithoutResultMakesNoWay) {
  EXPECT_EQ(run("(.a.b |= empty), (.a[2] |= empty), (.x |= empty)", "{}"), "{} {} {}");
  EXPECT_EQ(run("(.[] |= empty), ((.[] | select(. > 2)) |= empty), (.[5] |= empty)", "[1,2,3,4]"),
            "[] [1,2] [1,2,3,4]");
}

TEST(JqAgreement, ASliceOfNullIsNull) {
  EXPECT_EQ(
      run(R"jq(try (.[:1] |= map(.a)) catch "null", (.[1:] = [5]), (.[1:] += [1]), try (.[1:] |= .) catch "no array")jq"),
      R"jq("null" [5] [1] "no array")jq");
}

TEST(JqAgreement, DeletingWithinASliceAndPartsOfTheSameArray) {
  EXPECT_EQ(run("del(.[0,1], .[1:3][0:1])", "[0,1,2,3,4,5]"), "[3,4,5]");
  EXPECT_EQ(run("del(.[1], .[2], .[-3:9][-3:9])", "[0,6,6,7,8,9]"), "[0]");
  EXPECT_EQ(run("del(.[0].a, .[1], .[0].b)", R"jq([{"a":1,"b":2,"c":3},4])jq"), R"jq([{"c":3}])jq");
  EXPECT_EQ(run("del(.a, .a.b, .c[0], .c[1:][0])", R"jq({"a":{"b":1},"c":[1,2,3]})jq"), R"jq({"c":[3]})jq");
}

TEST(JqAgreement, FunctionsOfWhatTheyAreNotFor) {
  EXPECT_EQ(run(R"jq(null | has("a"), has(0))jq"), "false false");
  EXPECT_EQ(run(R"jq([null, true, "a", {}][] | try abs catch "no", try fabs catch "no")jq"),
            R"jq("no" "no" "no" "no" "a" "no" {} "no")jq");
  EXPECT_EQ(run(R"jq(("abc" | indices(""), index("")), ([1] | indices([])))jq"), "[] null []");
}

}  // namespace
}  // namespace causeway::expression
