#include "json_schema/schema.h"

#include <chrono>

#include "json_schema/schema_fixture.h"

namespace causeway::json_schema {
namespace {

constexpr std::string_view kOrder = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["externalNo", "items"],
  "additionalProperties": false,
  "properties": {
    "externalNo": {"type": "string", "pattern": "^EXT-[0-9]+$"},
    "priority": {"enum": ["HIGH", "NORMAL"]},
    "total": {"type": "number", "minimum": 0, "multipleOf": 0.01},
    "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}}
  },
  "$defs": {"line": {
    "type": "object",
    "required": ["skuId", "qty"],
    "properties": {"skuId": {"type": "string", "minLength": 1}, "qty": {"type": "integer", "minimum": 1, "maximum": 999}}
  }}
})";

TEST(JsonSchema, AValidOrderPasses) {
  const Schema order = schema_of(kOrder);
  EXPECT_EQ(violations(order, R"({"externalNo":"EXT-1","items":[{"skuId":"A","qty":1}]})"), "");
  EXPECT_EQ(violations(order, R"({"externalNo":"EXT-1","total":19.99,"items":[{"skuId":"A","qty":2.0,"x":0}]})"), "");
}

TEST(JsonSchema, AllViolationsAreToldAtOnce) {
  EXPECT_EQ(
      violations(
          kOrder,
          R"({"externalNo":"4711","prioriti":"HIGH","priority":"LOW","total":19.995,"items":[{"qty":"3"},{"skuId":"","qty":0}]})"),
      R"x(/externalNo pattern: expected a match of ^EXT-[0-9]+$, got "4711"
/prioriti additionalProperties: "prioriti" is not known here (did you mean "priority"?)
/priority enum: expected one of "HIGH", "NORMAL", got "LOW"
/total multipleOf: expected a multiple of 0.01, got 19.995
/items/0/qty type: expected a whole number, got "3"
/items/0 required: "skuId" is missing
/items/1/skuId minLength: expected at least 1 character, got 0
/items/1/qty minimum: expected at least 1, got 0
)x");
}

TEST(JsonSchema, AWrongTypeIsSaidOnce) {
  EXPECT_EQ(violations(kOrder, "[1]"), " type: expected an object, got an array\n");
  EXPECT_EQ(violations(R"({"type":["string","null"],"enum":["A",null]})", "5"),
            " type: expected a string or null, got 5\n");
  EXPECT_EQ(violations(R"({"type":["integer","boolean"]})", "1.5"),
            " type: expected a whole number or true or false, got 1.5\n");
  EXPECT_EQ(violations(R"({"type":"number"})", "null"), " type: expected a number, got null\n");
}

TEST(JsonSchema, NumbersAreComparedDigitByDigit) {
  EXPECT_EQ(violations(R"({"maximum":4781320682406083640})", "4781320682406083640"), "");
  EXPECT_EQ(violations(R"({"maximum":4781320682406083640})", "4781320682406083641"),
            " maximum: expected at most 4781320682406083640, got 4781320682406083641\n");
  EXPECT_EQ(violations(R"({"exclusiveMinimum":0.1,"exclusiveMaximum":1e400})", "0.10"),
            " exclusiveMinimum: expected more than 0.1, got 0.10\n");
  EXPECT_EQ(violations(R"({"exclusiveMaximum":1e400})", "1e401"),
            " exclusiveMaximum: expected less than 1e400, got 1e401\n");
  EXPECT_EQ(violations(R"({"type":"integer","multipleOf":3})", "1e999999999999999999"),
            " multipleOf: expected a multiple of 3, got 1e999999999999999999\n");
  EXPECT_EQ(violations(R"({"const":19.9})", "19.90"), "");
  EXPECT_EQ(violations(R"({"enum":[1,100]})", "1e2"), "");
  EXPECT_EQ(violations(R"({"const":9007199254740993})", "9007199254740992"),
            " const: expected 9007199254740993, got 9007199254740992\n");
}

TEST(JsonSchema, LengthsCountCodePoints) {
  constexpr std::string_view kTwo = R"({"minLength":2,"maxLength":2})";
  EXPECT_EQ(violations(kTwo, R"("订单")"), "");
  EXPECT_EQ(violations(kTwo, R"("\ud83d\ude80\u8ba2")"), "");
  EXPECT_EQ(violations(kTwo, R"("🚀")"), " minLength: expected at least 2 characters, got 1\n");
  EXPECT_EQ(violations(kTwo, R"("abc")"), " maxLength: expected at most 2 characters, got 3\n");
}

TEST(JsonSchema, PatternsAreThoseOfJavaScriptAsFarAsRe2Goes) {
  EXPECT_EQ(violations(R"({"pattern":"^[\\u4e00-\\u9fa5]+$"})", R"("库存")"), "");
  EXPECT_EQ(violations(R"({"pattern":"^[\\u4e00-\\u9fa5]+$"})", R"("stock")"),
            " pattern: expected a match of ^[\\u4e00-\\u9fa5]+$, got \"stock\"\n");
  EXPECT_EQ(violations(R"({"pattern":"^\\ud83d\\ude80$"})", R"("🚀")"), "");
  EXPECT_EQ(violations(R"({"pattern":"^\\p{Letter}\\p{Script=Han}\\P{L}\\\\p$"})", R"("é单1\\p")"), "");
  EXPECT_EQ(problems(R"({"pattern":"(?=a)b"})"),
            "/pattern @11: this pattern cannot be used: invalid perl operator: (?=\n");
  EXPECT_EQ(problems(R"({"patternProperties":{"(a)\\1":true}})"),
            "/patternProperties/(a)\\1 @31: this pattern cannot be used: invalid escape sequence: \\1\n");
}

TEST(JsonSchema, EqualityIsByValue) {
  EXPECT_EQ(violations(R"({"const":{"a":[1,"x"],"b":null}})", R"({"b":null,"a":[1.0,"\u0078"]})"), "");
  EXPECT_EQ(violations(R"({"const":{"a":1}})", R"({"a":"1"})"), " const: expected an object, got an object\n");
  EXPECT_EQ(violations(R"({"enum":[1,2,3,4,5,6,7,8,9,10]})", "11"),
            " enum: expected one of 1, 2, 3, 4, 5, 6, 7, 8, …, got 11\n");
  EXPECT_EQ(violations(R"({"uniqueItems":true})", R"([1,"1",[1],{"a":1},true,2,1.0,{"a":1e0},2])"),
            "/6 uniqueItems: the same as item 0\n"
            "/7 uniqueItems: the same as item 3\n"
            "/8 uniqueItems: the same as item 5\n");
}

TEST(JsonSchema, ArraysAreChecked) {
  EXPECT_EQ(
      violations(R"({"prefixItems":[{"type":"string"}],"items":{"type":"number"},"maxItems":3})", R"([1,"a",2,3])"),
      " maxItems: expected at most 3 items, got 4\n"
      "/0 type: expected a string, got 1\n"
      "/1 type: expected a number, got \"a\"\n");
  EXPECT_EQ(violations(R"({"contains":{"const":1}})", "[2]"),
            " contains: expected at least 1 item of the form asked for, got 0\n");
  EXPECT_EQ(violations(R"({"contains":{"const":1},"minContains":2,"maxContains":3})", "[1]"),
            " minContains: expected at least 2 items of the form asked for, got 1\n");
  EXPECT_EQ(violations(R"({"contains":{"const":1},"maxContains":1})", "[1,1]"),
            " maxContains: expected at most 1 item of the form asked for, got 2\n");
}

TEST(JsonSchema, ObjectsAreChecked) {
  EXPECT_EQ(violations(R"({"dependentRequired":{"card":["cvc","name"]},"minProperties":3})", R"({"card":1,"name":2})"),
            " minProperties: expected at least 3 members, got 2\n"
            " dependentRequired: \"cvc\" is missing, which \"card\" needs\n");
  EXPECT_EQ(violations(R"({"propertyNames":{"maxLength":3}})", R"({"abc":1,"abcd":2})"),
            "/abcd propertyNames: the name \"abcd\" is not allowed: expected at most 3 characters, got 4\n");
  EXPECT_EQ(violations(R"({"patternProperties":{"^n_":{"type":"number"}},"additionalProperties":{"type":"string"}})",
                       R"({"n_a":"1","b":2})"),
            "/n_a type: expected a number, got \"1\"\n"
            "/b type: expected a string, got 2\n");
  EXPECT_EQ(violations(R"({"properties":{"a":false}})", R"({"a":{}})"),
            "/a false: nothing is allowed here, got an object\n");
}

TEST(JsonSchema, PathsArePointers) {
  EXPECT_EQ(violations(R"({"properties":{"a/b~c":{"items":{"type":"null"}}}})", R"({"a\u002fb~c":[null,0]})"),
            "/a~1b~0c/1 type: expected null, got 0\n");
}

TEST(JsonSchema, AlternativesSayWhyNoneFits) {
  constexpr std::string_view kPayment = R"({"oneOf":[
    {"required":["card"]},
    {"required":["iban"],"properties":{"iban":{"minLength":15}}}]})";
  EXPECT_EQ(violations(kPayment, R"({"card":1})"), "");
  EXPECT_EQ(violations(kPayment, R"({"iban":"DE1"})"),
            " oneOf: an object is of none of the 2 forms allowed: \"card\" is missing; or /iban: expected at least 15 "
            "characters, got 3\n");
  EXPECT_EQ(violations(kPayment, R"({"card":1,"iban":"123456789012345"})"),
            " oneOf: an object is of more than one of the forms allowed\n");
  EXPECT_EQ(violations(R"({"anyOf":[{"type":"string"},{"minimum":5}]})", "3"),
            " anyOf: 3 is of none of the 2 forms allowed: expected a string, got 3; or expected at least 5, got 3\n");
  EXPECT_EQ(violations(R"({"not":{"const":"x"}})", "\"x\""), " not: \"x\" is of a form that is not allowed\n");
  EXPECT_EQ(violations(R"({"allOf":[{"minimum":1},{"multipleOf":2}]})", "-1"),
            " minimum: expected at least 1, got -1\n multipleOf: expected a multiple of 2, got -1\n");
}

TEST(JsonSchema, ConditionsChoose) {
  constexpr std::string_view kSchema = R"({"if":{"properties":{"kind":{"const":"card"}},"required":["kind"]},
    "then":{"required":["cvc"]},"else":{"required":["iban"]}})";
  EXPECT_EQ(violations(kSchema, R"({"kind":"card"})"), " required: \"cvc\" is missing\n");
  EXPECT_EQ(violations(kSchema, R"({"kind":"bank"})"), " required: \"iban\" is missing\n");
  EXPECT_EQ(violations(kSchema, R"({"kind":"bank","iban":1})"), "");
}

TEST(JsonSchema, SchemasMayReferToThemselves) {
  constexpr std::string_view kTree =
      R"({"properties":{"name":{"type":"string"},"children":{"items":{"$ref":"#"}}},"required":["name"]})";
  EXPECT_EQ(violations(kTree, R"({"name":"a","children":[{"name":"b","children":[{"name":1}]}]})"),
            "/children/0/children/0/name type: expected a string, got 1\n");
  EXPECT_EQ(violations(R"({"properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a"}}})", R"({"b":1})"),
            "/b type: expected a string, got 1\n");
  EXPECT_EQ(violations(R"({"$ref":"#/$defs/a%20b~1c","$defs":{"a b/c":{"type":"null"}}})", "1"),
            " type: expected null, got 1\n");
}

TEST(JsonSchema, LongValuesAreCut) {
  const std::string long_text = "\"" + std::string(50, 'x') + std::string(3000, 'y') + "\"";
  EXPECT_EQ(violations(R"({"type":"number"})", long_text),
            " type: expected a number, got \"" + std::string(50, 'x') + std::string(10, 'y') + "…\"\n");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "单";
  EXPECT_EQ(violations(R"({"type":"number"})", "\"" + wide + "\""),
            " type: expected a number, got \"" + wide.substr(0, 60) + "…\"\n");
  EXPECT_EQ(violations(R"({"maximum":1})", std::string(500, '9')),
            " maximum: expected at most 1, got " + std::string(60, '9') + "…\n");
  const std::string name(100'000, 'n');
  EXPECT_EQ(violations(R"({"additionalProperties":{"type":"null"}})", "{\"" + name + "\":1}"),
            "/" + name.substr(0, 128) + "… type: expected null, got 1\n");
}

TEST(JsonSchema, WriteOnlyValuesAreNotRepeated) {
  EXPECT_EQ(violations(R"({"properties":{"password":{"writeOnly":true,"pattern":"^.{12}$"}}})", R"({"password":"pw"})"),
            "/password pattern: expected a match of ^.{12}$, got a value\n");
}

TEST(JsonSchema, AtMostAHundredViolationsAreTold) {
  std::string body = "[0";
  for (int i = 0; i < 5000; ++i) body += ",0";
  const auto read = JsonDocument::read(body += "]");
  const auto found = schema_of(R"({"items":{"type":"string"}})").validate(std::get<JsonDocument>(read));
  EXPECT_EQ(found.size(), 100u);
  EXPECT_EQ(found.back().path, "/99");
}

class Clock {
 public:
  // A hang guard only: what is not bounded takes minutes or years.
  ~Clock() { EXPECT_LT(std::chrono::steady_clock::now() - begin_, std::chrono::seconds(20)); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::string nested(int depth) {
  std::string body = "1";
  for (int i = 0; i < depth; ++i) body = "{\"a\":" + body + "}";
  return body;
}

TEST(JsonSchema, WorkIsBounded) {
  const Clock clock;
  constexpr std::string_view kDoubling = R"({"anyOf":[
    {"properties":{"a":{"$ref":"#"}},"required":["b"]},
    {"properties":{"a":{"$ref":"#"}},"required":["c"]}]})";
  EXPECT_EQ(violations(kDoubling, nested(60)), " limit: checking this body takes too much work\n");
}

// Each level of the body goes through sixty schemas: nested a few levels that is fine, nested deep it is given up.
TEST(JsonSchema, DepthIsBounded) {
  std::string chain = R"({"$ref":"#/$defs/d60","$defs":{"d0":{"properties":{"a":{"$ref":"#/$defs/d60"}}})";
  for (int i = 1; i <= 60; ++i)
    chain += ",\"d" + std::to_string(i) + "\":{\"allOf\":[{\"$ref\":\"#/$defs/d" + std::to_string(i - 1) + "\"}]}";
  EXPECT_EQ(problems(chain + "}}"), "/$defs/d32 @" +
                                        std::to_string(chain.find("{\"allOf\":[{\"$ref\":\"#/$defs/d31\"")) +
                                        ": more than 64 schemas for one value, nested\n");
  std::string flat = R"({"$ref":"#/$defs/d60","$defs":{"d0":{"properties":{"a":{"$ref":"#/$defs/d60"}}})";
  for (int i = 1; i <= 60; ++i)
    flat += ",\"d" + std::to_string(i) + "\":{\"$ref\":\"#/$defs/d" + std::to_string(i - 1) + "\"}";
  const Schema schema = schema_of(flat + "}}");
  EXPECT_EQ(violations(schema, nested(10)), "");
  EXPECT_EQ(violations(schema, nested(63)), " limit: checking this body takes too much work\n");
}

TEST(JsonSchema, LargeBodiesAreNotSquared) {
  const Clock clock;
  std::string items = "[0";
  std::string object = "{\"x\":0";
  for (int i = 1; i < 200'000; ++i) {
    items += ',' + std::to_string(i);
    object += ",\"" + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(violations(R"({"uniqueItems":true})", items + "]"), "");
  EXPECT_EQ(violations(R"({"uniqueItems":true})", items + ",77]"), "/200000 uniqueItems: the same as item 77\n");
  std::string required = R"({"required":["x")";
  for (int i = 1; i < 5000; ++i) required += ",\"" + std::to_string(i) + "\"";
  EXPECT_EQ(violations(required + "]}", object + "}"), "");
}

TEST(JsonSchema, PatternsTakeLinearTime) {
  const Clock clock;
  EXPECT_EQ(violations(R"({"pattern":"^(a+)+$"})", "\"" + std::string(100'000, 'a') + "!\"").substr(0, 9), " pattern:");
}

}  // namespace
}  // namespace causeway::json_schema
