#include "app/route_tests/json_comparison.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::app {
namespace {

/// `what: expected X, got Y` of every mismatch, a line each.
std::string compared(std::string_view expected, std::string_view text) {
  config::Errors errors;
  const auto node = config::read_yaml(expected, "t.yaml", errors);
  EXPECT_TRUE(node) << errors.to_text();
  Mismatches out;
  compare_json(*node, text, "body", out);
  std::string all;
  for (const Mismatch& each : out) all += each.what + ": expected " + each.expected + ", got " + each.got + '\n';
  return all;
}

TEST(JsonComparison, EqualValuesHaveTheSameDigitsAndMembersInAnyOrder) {
  EXPECT_EQ(compared("{a: 1, b: [true, null, x]}", R"({"b": [true, null, "x"], "a": 1})"), "");
  EXPECT_EQ(compared("19.90", "19.90"), "");
  EXPECT_EQ(compared("19.90", "19.9"), "body: expected 19.90, got 19.9\n");
  EXPECT_EQ(compared("123456789012345678901", "123456789012345678902"),
            "body: expected 123456789012345678901, got 123456789012345678902\n");
}

TEST(JsonComparison, WhatIsInQuotesIsText) {
  EXPECT_EQ(compared("{a: '1'}", R"({"a": "1"})"), "");
  EXPECT_EQ(compared("{a: '1'}", R"({"a": 1})"), "body.a: expected \"1\", got 1\n");
  EXPECT_EQ(compared("{a: 1}", R"({"a": "1"})"), "body.a: expected 1, got \"1\"\n");
  EXPECT_EQ(compared("{a: é\n}", R"({"a": "\u00e9"})"), "");
}

TEST(JsonComparison, MembersAndItemsAreAllNamed) {
  EXPECT_EQ(compared("{a: 1}", R"({"a": 1, "b": 2})"), "body.b: expected nothing, got 2\n");
  EXPECT_EQ(compared("{a: 1, b: 2}", R"({"a": 1})"), "body.b: expected 2, got nothing\n");
  EXPECT_EQ(compared("[1, 2]", "[1]"), "body[1]: expected 2, got nothing\n");
  EXPECT_EQ(compared("[1]", "[1, 2]"), "body[1]: expected nothing, got 2\n");
  EXPECT_EQ(compared("{a: {}}", R"({"a": []})"), "body.a: expected {}, got []\n");
}

TEST(JsonComparison, AnyAndMoreSayLess) {
  EXPECT_EQ(compared("{a: $any, $more: $any}", R"({"a": {"x": 1}, "b": 2})"), "");
  EXPECT_EQ(compared("{a: $any}", "{}"), "body.a: expected \"$any\", got nothing\n");
  EXPECT_EQ(compared("[1, $more]", "[1, 2, 3]"), "");
  EXPECT_EQ(compared("[1, $more]", "[1]"), "");
  EXPECT_EQ(compared("[1, $more]", "[]"), "body[0]: expected 1, got nothing\n");
  EXPECT_EQ(compared("$any", "no json"), "");
}

TEST(JsonComparison, TextThatIsNoJsonIsComparedAsItIs) {
  EXPECT_EQ(compared("'a;b'", "a;b"), "");
  EXPECT_EQ(compared("'a;b'", "a;c"), "body: expected \"a;b\", got the text \"a;c\"\n");
  EXPECT_EQ(compared("{a: 1}", ""), "body: expected {\"a\":1}, got nothing\n");
}

TEST(JsonComparison, LongValuesAreCut) {
  EXPECT_EQ(shortened("\"äöü\"", 4), "\"ä…");
  EXPECT_EQ(shortened("[1,\n2]"), "[1, 2]");
}

}  // namespace
}  // namespace causeway::app
