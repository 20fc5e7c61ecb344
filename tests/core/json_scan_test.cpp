#include "core/json_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conformance/corpus.h"
#include "core/json_text.h"

namespace causeway {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs members(Bytes object) {
  Pairs all;
  for_each_member(object, [&](std::string_view key, Bytes value) { all.emplace_back(key, value); });
  return all;
}

std::vector<std::string> items(Bytes array) {
  std::vector<std::string> all;
  for_each_item(array, [&](Bytes value) { all.emplace_back(value); });
  return all;
}

TEST(JsonScan, GivesMembersAsTheyStand) {
  EXPECT_EQ(
      members(R"( { "a" : 19.90 , "b":[1,{"c":"]}"}],"c\"\u4e2d":"x\\","d":{"e":[]},"f":null } )"),
      (Pairs{{"a", "19.90"}, {"b", R"([1,{"c":"]}"}])"}, {"c\"中", R"("x\\")"}, {"d", R"({"e":[]})"}, {"f", "null"}}));
  EXPECT_EQ(members("{}"), Pairs());
  EXPECT_EQ(members(R"({"a":1,"a":2})"), (Pairs{{"a", "1"}, {"a", "2"}}));
  EXPECT_EQ(members(R"({"":0})"), (Pairs{{"", "0"}}));
}

TEST(JsonScan, SaysWhatIsNoContainer) {
  EXPECT_FALSE(for_each_member("[1]", [](auto, auto) { FAIL(); }));
  EXPECT_FALSE(for_each_item("{\"a\":1}", [](auto) { FAIL(); }));
  EXPECT_TRUE(for_each_item(" [ ] ", [](auto) { FAIL(); }));
  EXPECT_FALSE(for_each_member("", [](auto, auto) { FAIL(); }));
}

TEST(JsonScan, GivesItemsAsTheyStand) {
  EXPECT_EQ(items("[1e400, \"a,]\" ,[[2],3],\n{\"x\":4}, true]"),
            (std::vector<std::string>{"1e400", "\"a,]\"", "[[2],3]", "{\"x\":4}", "true"}));
}

TEST(JsonScan, MemberTextIsWhole) {
  JsonMembers members(R"({ "a" :  [1] , "b":2})");
  ASSERT_TRUE(members.next());
  EXPECT_EQ(members.raw(), R"("a" :  [1])");
  ASSERT_TRUE(members.next());
  EXPECT_EQ(members.raw(), R"("b":2)");
  EXPECT_FALSE(members.next());
  EXPECT_FALSE(members.next());
}

TEST(JsonScan, FindsTheLastOfADoubledName) {
  EXPECT_EQ(find_member(R"({"a":1,"b":2,"a":3})", "a"), "3");
  EXPECT_EQ(find_member(R"({"\u0061":1})", "a"), "1");
  EXPECT_EQ(find_member(R"({"a":1})", "b"), "");
  EXPECT_EQ(find_member("[1]", "a"), "");
}

TEST(JsonScan, UnescapesStrings) {
  EXPECT_EQ(json_string_value(R"("plain")"), "plain");
  EXPECT_EQ(json_string_value(R"(  "" )"), "");
  EXPECT_EQ(json_string_value(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(json_string_value(R"("\u00e9\u4E2D\ud83d\ude00")"), "é中😀");
  EXPECT_EQ(json_string_value(R"("a\u0000b")"), std::string("a\0b", 3));
  EXPECT_EQ(json_string_value(R"("\ud83d!")"), "\xef\xbf\xbd!");
  EXPECT_EQ(json_string_value(R"("\ude00\ud83d\ud83d\ude00")"), "\xef\xbf\xbd\xef\xbf\xbd😀");
  EXPECT_EQ(json_string_value("12"), std::nullopt);
  EXPECT_EQ(json_string_value(""), std::nullopt);
}

TEST(JsonScan, KnowsKinds) {
  EXPECT_EQ(json_kind(" {}"), JsonKind::kObject);
  EXPECT_EQ(json_kind("[]"), JsonKind::kArray);
  EXPECT_EQ(json_kind("\"\""), JsonKind::kString);
  EXPECT_EQ(json_kind("-1"), JsonKind::kNumber);
  EXPECT_EQ(json_kind("true"), JsonKind::kBoolean);
  EXPECT_EQ(json_kind("false"), JsonKind::kBoolean);
  EXPECT_EQ(json_kind("null"), JsonKind::kNull);
  EXPECT_EQ(json_kind(" \n"), JsonKind::kNone);
}

// Writes a value anew from its slices: what the scan missed would be missing.
std::string rebuilt(Bytes raw) {
  std::string out;
  switch (json_kind(raw)) {
    case JsonKind::kObject:
      out = "{";
      for (JsonMembers members(raw); members.next();) {
        if (out.size() > 1) out += ',';
        append_json_string(out, members.key());
        out += ':' + rebuilt(members.value());
      }
      return out + '}';
    case JsonKind::kArray:
      out = "[";
      for (JsonItems items(raw); items.next();) out += (out.size() > 1 ? "," : "") + rebuilt(items.value());
      return out + ']';
    case JsonKind::kString:
      append_json_string(out, *json_string_value(raw));
      return out;
    default:
      return std::string(trim_json(raw));
  }
}

TEST(JsonScan, LosesNothingOfAValidText) {
  std::size_t compared = 0;
  for (const conformance::Case& one : conformance::read_cases("json_test_suite.json")) {
    const std::string text = one.bytes();
    if (check_json(text, 512)) continue;
    const std::string again = rebuilt(text);
    EXPECT_EQ(rebuilt(again), again) << one.id;
    const auto wanted = nlohmann::json::parse(text, nullptr, false);  // discards lone surrogates and 1e400
    if (wanted.is_discarded()) continue;
    EXPECT_EQ(nlohmann::json::parse(again, nullptr, false), wanted) << one.id;
    ++compared;
  }
  EXPECT_GT(compared, 90u);
}

// What it gives does not matter, but it ends, and the sanitiser sees what it reads.
TEST(JsonScan, SurvivesAnyText) {
  for (const conformance::Case& one : conformance::read_cases("json_test_suite.json")) {
    const std::string text = one.bytes();
    for (std::size_t length = 0; length <= std::min<std::size_t>(text.size(), 64); ++length) {
      const std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
      const Bytes view(exact.data(), exact.size());
      for (JsonMembers members(view); members.next();) EXPECT_LE(members.value().size(), length);
      for (JsonItems items(view); items.next();) EXPECT_LE(items.value().size(), length);
      static_cast<void>(json_string_value(view));
    }
  }
}

}  // namespace
}  // namespace causeway
