#include <gtest/gtest.h>

#include "expression/run.h"

namespace causeway::expression {
namespace {

constexpr std::string_view kNumbers =
    R"({"id":4781320682406083640,"price":19.90,"huge":1e400,"tiny":-1E-400,"long":123456789012345678901234567890,)"
    R"("written":1e2,"zero":-0,"spread":100.00})";

TEST(Exactness, WhatIsPassedOnKeepsItsDigits) {
  EXPECT_EQ(run(".", kNumbers), kNumbers);
  EXPECT_EQ(run("{id, price, huge, tiny, long, written, zero, spread}", kNumbers), kNumbers);
  EXPECT_EQ(run("to_entries | from_entries", kNumbers), kNumbers);
  EXPECT_EQ(run("map_values(.)", kNumbers), kNumbers);
  EXPECT_EQ(run("del(.nothing)", kNumbers), kNumbers);
  EXPECT_EQ(run("tojson | fromjson", kNumbers), kNumbers);
  EXPECT_EQ(run("walk(.)", kNumbers), kNumbers);
  EXPECT_EQ(run(".more = 1 | del(.more)", kNumbers), kNumbers);
  EXPECT_EQ(run("[.[]] | sort | .[0], .[-1]", kNumbers), "-1E-400 1e400");
}

TEST(Exactness, LiteralsOfTheProgramKeepTheirDigitsToo) {
  EXPECT_EQ(run("4781320682406083640, 19.90, 1e400, 1e2, -0, -19.90, 123456789012345678901234567890"),
            "4781320682406083640 19.90 1e400 1e2 -0 -19.90 123456789012345678901234567890");
  EXPECT_EQ(run(".5, 007, 5., 00.50"), "0.5 7 5 0.50");
}

TEST(Exactness, TextsShowTheDigitsThatWereSent) {
  EXPECT_EQ(run(R"x("\(.id) costs \(.price)")x", kNumbers), R"("4781320682406083640 costs 19.90")");
  EXPECT_EQ(run("[.price, .huge] | @csv", kNumbers), R"("19.90,1e400")");
  EXPECT_EQ(run(".long | tostring", kNumbers), R"("123456789012345678901234567890")");
  EXPECT_EQ(run(R"("19.90" | tonumber)"), "19.90");
}

TEST(Exactness, ComparisonKnowsEveryDigit) {
  EXPECT_EQ(run("9007199254740993 == 9007199254740992"), "false");
  EXPECT_EQ(run("9007199254740993 > 9007199254740992"), "true");
  EXPECT_EQ(run("19.90 == 19.9, 1e2 == 100, 1e400 > 1e399, 0.1 + 0.2 == 0.3"), "true true true true");
  EXPECT_EQ(run("[4781320682406083641, 4781320682406083640] | sort | .[0]"), "4781320682406083640");
  EXPECT_EQ(run("[1.0, 1, 1.00] | unique"), "[1.0]");
  EXPECT_EQ(run(R"({"id": 4781320682406083640} | select(.id == 4781320682406083641))"), "");
}

TEST(Exactness, MoneyIsAddedInDecimal) {
  EXPECT_EQ(run("0.1 + 0.2"), "0.3");
  EXPECT_EQ(run("[.[] | .n * .price] | add", R"([{"n":3,"price":19.99},{"n":1,"price":0.03}])"), "60");
  EXPECT_EQ(run("19.90 * 3, 100 - 0.01, 10 / 4, 1 / 3"), "59.7 99.99 2.5 0.33333333333333333");
  EXPECT_EQ(run("9223372036854775807 + 1, 9223372036854775807 * 2"), "9223372036854775808 18446744073709551614");
  EXPECT_EQ(run("7 % 3, -7 % 3, 7 % -3"), "1 -1 1");
}

TEST(Exactness, WhatWouldLoseDigitsIsAnError) {
  EXPECT_EQ(run("12345678901234567890123456789012345.6 + 0.01").substr(0, 7), "error: ");
  EXPECT_EQ(run("1e30 * 1e30 | . + 1").substr(0, 7), "error: ");
}

TEST(Exactness, TheEndsOfSixtyFourBitsAreNoEnds) {
  EXPECT_EQ(run("-9223372036854775807 - 1 | ., -., . / -1, . % -1, . * -1, abs, . - 1"),
            "-9223372036854775808 9223372036854775808 9223372036854775808 0 9223372036854775808 9223372036854775808 "
            "-9223372036854775809");
  EXPECT_EQ(run("[1,2] | .[0:1e19], .[0:9223372036854775807], .[-1e19:], .[1e19]"), "[1,2] [1,2] [1,2] null");
}

TEST(Exactness, RoundingIsExact) {
  EXPECT_EQ(run("[4781320682406083640.5, -1.5, 2.5, 0.5, 19.99] | map(floor), map(ceil), map(round), map(trunc)"),
            "[4781320682406083640,-2,2,0,19] [4781320682406083641,-1,3,1,20] [4781320682406083641,-2,3,1,20] "
            "[4781320682406083640,-1,2,0,19]");
}

TEST(Exactness, MembersStayInTheirOrder) {
  EXPECT_EQ(run(". + {a: 1}", R"({"z":1,"a":0,"m":{"y":1,"b":2}})"), R"({"z":1,"a":1,"m":{"y":1,"b":2}})");
  EXPECT_EQ(run("keys, keys_unsorted", R"({"z":1,"a":0})"), R"(["a","z"] ["z","a"])");
}

TEST(Exactness, ResultsAreCompact) {
  EXPECT_EQ(run(".", " { \"a b\" : [ 1 , { } , \" x \\\" y \" ] } "), R"({"a b":[1,{}," x \" y "]})");
  EXPECT_EQ(run(".", R"("é\u00e9\ud83d\ude00")"), R"("é\u00e9\ud83d\ude00")");
  EXPECT_EQ(run(". + \"\"", R"("é\u00e9\ud83d\ude00")"), "\"éé😀\"");
}

}  // namespace
}  // namespace causeway::expression
