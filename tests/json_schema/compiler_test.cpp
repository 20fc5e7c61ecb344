// What is wrong with a schema is found when it is compiled, all of it.
#include <initializer_list>
#include <optional>
#include <random>

#include "json_schema/schema_fixture.h"

namespace causeway::json_schema {
namespace {

TEST(JsonSchemaCompiler, WhatIsNotOurPartIsAnError) {
  EXPECT_EQ(problems(R"({"properties":{"a":{"maxlength":3}}})"),
            "/properties/a/maxlength @32: unknown keyword \"maxlength\" (did you mean \"maxLength\"?)\n");
  EXPECT_EQ(problems(R"({"unevaluatedProperties":false})"),
            "/unevaluatedProperties @25: \"unevaluatedProperties\" is not supported\n");
  EXPECT_EQ(problems(R"({"definitions":{}})"), "/definitions @15: \"definitions\" is called \"$defs\" in 2020-12\n");
  EXPECT_EQ(problems(R"({"x-internal":1})"), "/x-internal @14: unknown keyword \"x-internal\"\n");
  EXPECT_EQ(problems(R"({"properties":{"a":{"$id":"b"}}})"),
            "/properties/a/$id @26: \"$id\" is supported at the root only\n");
}

TEST(JsonSchemaCompiler, WhatSaysNothingAboutBodiesIsIgnored) {
  EXPECT_EQ(problems(R"({"$schema":"x","$id":"y","title":1,"description":"","default":{"a":1},"examples":[1],
                         "$comment":"","deprecated":true,"readOnly":true,"writeOnly":false})"),
            "");
}

TEST(JsonSchemaCompiler, AllProblemsAreToldAtOnce) {
  EXPECT_EQ(
      problems(R"({"type":"text","minLength":-1,"required":"a","properties":{"a":1,"b":{"minimum":"0"}}})"),
      "/type @8: expected null, boolean, object, array, number, integer, string, or a list of them, got \"text\"\n"
      "/minLength @27: expected a whole number from 0 on, got -1\n"
      "/required @41: expected a list of names, got \"a\"\n"
      "/properties/a @63: expected a schema: an object, true or false, got 1\n"
      "/properties/b/minimum @80: expected a number, got \"0\"\n");
}

TEST(JsonSchemaCompiler, ValuesOfKeywordsAreChecked) {
  EXPECT_EQ(problems(R"({"multipleOf":0})"), "/multipleOf @14: expected a number above 0, got 0\n");
  EXPECT_EQ(problems(R"({"multipleOf":0.12345678901234567890123456789012345678901})"),
            "/multipleOf @14: more than 34 digits\n");
  EXPECT_EQ(problems(R"({"maxItems":1.5})"), "/maxItems @12: expected a whole number from 0 on, got 1.5\n");
  EXPECT_EQ(problems(R"({"maxItems":2.0})"), "");
  EXPECT_EQ(problems(R"({"enum":[]})"), "/enum @8: expected a list of at least one value, got an array\n");
  EXPECT_EQ(problems(R"({"anyOf":{}})"), "/anyOf @9: expected a list of at least one schema, got an object\n");
  EXPECT_EQ(problems(R"({"items":[{}]})"), "/items @9: expected a schema: an object, true or false, got an array\n");
  EXPECT_EQ(problems(R"({"uniqueItems":1})"), "/uniqueItems @15: expected true or false, got 1\n");
  EXPECT_EQ(problems(R"({"required":["a",1]})"), "/required @17: expected a name, got 1\n");
  EXPECT_EQ(problems(R"({"dependentRequired":{"a":"b"}})"),
            "/dependentRequired/a @26: expected a list of names, got \"b\"\n");
  EXPECT_EQ(problems(R"({"format":"datetime"})"),
            "/format @10: expected one of date, time, date-time, email, uuid, uri, ipv4, ipv6, hostname, got "
            "\"datetime\"\n");
  EXPECT_EQ(problems("[]"), " @0: expected a schema: an object, true or false, got an array\n");
}

TEST(JsonSchemaCompiler, PlacesCountTheBlanksBefore) {
  EXPECT_EQ(problems("\n\n {\"type\": 1}").substr(0, 10), "/type @12:");
}

TEST(JsonSchemaCompiler, TextsThatAreNotJsonAreRefused) {
  EXPECT_EQ(problems(R"({"type":"string",})"), " @17: not JSON: a key was expected\n");
  EXPECT_EQ(problems(R"({"type":"string","type":"number"})"), " @17: not JSON: a name comes twice in one object\n");
}

TEST(JsonSchemaCompiler, ReferencesMustLeadSomewhere) {
  EXPECT_EQ(problems(R"({"$ref":"#/$defs/line"})"), "/$ref @8: \"#/$defs/line\" is not in this file\n");
  EXPECT_EQ(problems(R"({"$ref":"other.json"})"),
            "/$ref @8: only references within the file are supported, such as \"#/$defs/name\"\n");
  EXPECT_EQ(problems(R"({"$ref":"#anchor"})"),
            "/$ref @8: only references within the file are supported, such as \"#/$defs/name\"\n");
  EXPECT_EQ(problems(R"({"$ref":"#/title","title":"x"})"),
            "/title @26: expected a schema: an object, true or false, got \"x\"\n");
  EXPECT_EQ(problems(R"({"$ref":"#/allOf/1","allOf":[true]})"), "/$ref @8: \"#/allOf/1\" is not in this file\n");
}

TEST(JsonSchemaCompiler, ReferencesThatNeverEndAreRefused) {
  constexpr std::string_view kEndless = "refers to itself for the same value, without end\n";
  EXPECT_EQ(problems(R"({"$ref":"#"})"), " @0: " + std::string(kEndless));
  EXPECT_EQ(
      problems(R"({"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}})").substr(0, 6),
      "/$defs");
  EXPECT_EQ(problems(R"({"properties":{"a":{"$ref":"#"}}})"), "");
  std::string chain = R"({"$defs":{"d0":true)";
  for (int i = 1; i < 100; ++i)
    chain += ",\"d" + std::to_string(i) + "\":{\"$ref\":\"#/$defs/d" + std::to_string(i - 1) + "\"}";
  EXPECT_NE(problems(chain + "}}").find("more than 64 schemas for one value, nested"), std::string::npos);
}

/// A schema of random keywords, whose values are of the right kind more often than not.
std::string random_schema(std::mt19937& random, int depth) {
  const auto one_of = [&](std::initializer_list<const char*> choices) {
    return std::string(choices.begin()[random() % choices.size()]);
  };
  const auto schema = [&] { return depth == 0 ? one_of({"true", "false", "{}"}) : random_schema(random, depth - 1); };
  const auto keyword = [&]() -> std::string {
    switch (random() % 8) {
      case 0:
        return one_of({"\"items\":", "\"not\":", "\"contains\":", "\"if\":", "\"then\":", "\"else\":",
                       "\"propertyNames\":", "\"additionalProperties\":"}) +
               schema();
      case 1:
        return one_of({"\"allOf\":[", "\"anyOf\":[", "\"oneOf\":[", "\"prefixItems\":["}) + schema() + "," + schema() +
               "]";
      case 2:
        return one_of({"\"properties\":{\"a\":", "\"patternProperties\":{\"a|b\":", "\"$defs\":{\"a\":"}) + schema() +
               "}";
      case 3:
        return "\"$ref\":" + one_of({"\"#\"", "\"#/items\"", "\"#/$defs/a\"", "\"#/allOf/1\"", "\"#/enum/0\""});
      case 4:
        return one_of({"\"minimum\":", "\"maxLength\":", "\"minItems\":", "\"multipleOf\":", "\"maxContains\":"}) +
               one_of({"1", "0.01", "1e999999999999", "-0", "0e5"});
      case 5:
        return one_of({"\"enum\":", "\"const\":"}) + one_of({"[1,{\"a\":[]}]", "[[1.0],\"a\"]", "null"});
      case 6:
        return "\"type\":" + one_of({"\"object\"", "[\"integer\",\"array\"]", "[\"object\",\"array\"]", "\"string\""});
      default:
        return one_of({"\"required\":[\"a\",\"b\"]", "\"dependentRequired\":{\"a\":[\"b\"]}", "\"uniqueItems\":true",
                       "\"format\":\"date\"", "\"pattern\":\"(a\"", "\"pattern\":\"^a\""});
    }
  };
  std::string text = "{" + keyword();
  for (unsigned more = random() % 3; more > 0; --more) text += "," + keyword();
  return text + "}";
}

// Whatever compiles can be used, and says the same whether it is asked for all that is wrong or within `not` for a mere
// verdict.
TEST(JsonSchemaCompiler, NoSchemaIsTooOdd) {
  std::mt19937 random(9);
  int compiled = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_schema(random, 3);
    const auto schema = Schema::compile(text);
    if (!std::holds_alternative<Schema>(schema)) continue;
    ++compiled;
    const bool closed = text.find("$ref") == std::string::npos;  // one step further in, pointers lead elsewhere
    const std::optional<Schema> twice =
        closed ? std::optional(schema_of(R"({"not":{"not":)" + text + "}}")) : std::nullopt;
    for (const char* body : {"{\"a\":{\"a\":[1,{\"a\":1}],\"b\":\"a\"}}", "[1,1.0,[1],{\"b\":[]}]", "\"a\"", "0.01",
                             "1e999999999999", "null"}) {
      const std::string found = violations(std::get<Schema>(schema), body);
      if (twice) EXPECT_EQ(found.empty(), violations(*twice, body).empty()) << text << " " << body;
    }
  }
  EXPECT_GT(compiled, 2000);
}

}  // namespace
}  // namespace causeway::json_schema
