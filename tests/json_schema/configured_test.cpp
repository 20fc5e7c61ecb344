#include "json_schema/configured.h"

#include "config/config_fixture.h"
#include "json_schema/schema_fixture.h"

namespace causeway::json_schema {
namespace {

struct Settings {
  ConfiguredSchema schema;
  static const config::Keys<Settings>& keys() {
    static const auto keys =
        config::Keys<Settings>("settings").required("schema", &Settings::schema, "what it must be");
    return keys;
  }
};

class ConfiguredSchemaTest : public ::testing::Test {
 protected:
  std::string read(std::string_view text) {
    folder.write("config/a.yaml", std::string(text));
    errors = config::Errors();
    const auto node = config::read_yaml_file("config/a.yaml", "config/a.yaml", errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    settings = Settings();
    if (node) config::Value<Settings>::read_into(*node, reading, settings, nullptr);
    EXPECT_EQ(settings.schema.schema.has_value(), !errors.failed());
    return errors.to_text();
  }
  std::string judged(std::string_view body) {
    return settings.schema.schema ? violations(*settings.schema.schema, body) : "no schema";
  }

  config::TemporaryFolder folder;
  config::Errors errors;
  Settings settings;
};

TEST_F(ConfiguredSchemaTest, APathStartsAtTheFileThatNamesIt) {
  folder.write("config/schemas/a.json", R"({"type":"string"})");
  EXPECT_EQ(read("schema: schemas/a.json"), "");
  EXPECT_EQ(judged("1"), " type: expected a string, got 1\n");
}

TEST_F(ConfiguredSchemaTest, AFileThatCannotBeReadIsAnErrorAtTheKey) {
  EXPECT_EQ(read("schema: schemas/none.json"),
            "config/a.yaml:1:9: schema: config/schemas/none.json: there is no such file\n");
  folder.write("config/schemas/a.json", "{}");
  EXPECT_EQ(read("schema: schemas"), "config/a.yaml:1:9: schema: config/schemas: is not a file\n");
  folder.write("config/large.json", std::string((1 << 20) + 1, ' '));
  EXPECT_EQ(read("schema: large.json"), "config/a.yaml:1:9: schema: config/large.json: is larger than 1MiB\n");
  EXPECT_EQ(read("schema: [a]"),
            "config/a.yaml:1:9: schema: expected the path of a JSON Schema, or the schema itself, got a list\n");
}

TEST_F(ConfiguredSchemaTest, WhatIsWrongInAFileIsToldWithItsPlace) {
  folder.write("config/a.json", "{\n  \"properties\": {\n    \"qty\": {\"type\": \"int\", \"minimun\": 1}\n  }\n}\n");
  EXPECT_EQ(
      read("schema: a.json"),
      "config/a.yaml:1:9: schema: config/a.json:3:21: /properties/qty/type: expected null, boolean, object, array, "
      "number, integer, string, or a list of them, got \"int\"\n"
      "config/a.yaml:1:9: schema: config/a.json:3:39: /properties/qty/minimun: unknown keyword \"minimun\" (did you "
      "mean \"minimum\"?)\n");
  folder.write("config/a.json", "{\n  \"type\": \"string\",\n}\n");
  EXPECT_EQ(read("schema: a.json"), "config/a.yaml:1:9: schema: config/a.json:3:1: not JSON: a key was expected\n");
}

TEST_F(ConfiguredSchemaTest, ASchemaMayStandInTheConfiguration) {
  EXPECT_EQ(read(R"(schema:
  type: object
  required: [qty, "no"]
  properties:
    qty: {type: integer, minimum: 1}
    no: {enum: [1, "1", yes, true, null], maxLength: 3}
    price: {multipleOf: 0.01}
  additionalProperties: false
)"),
            "");
  EXPECT_EQ(judged(R"({"qty":1,"no":"yes","price":19.99})"), "");
  EXPECT_EQ(judged(R"({"qty":0,"no":false})"),
            "/qty minimum: expected at least 1, got 0\n"
            "/no enum: expected one of 1, \"1\", \"yes\", true, null, got false\n");
}

TEST_F(ConfiguredSchemaTest, WhatIsWrongInTheConfigurationIsToldAtItsPlace) {
  EXPECT_EQ(
      read("schema:\n  properties:\n    a/b: {type: text}\n  items: {requird: [a]}\n"),
      "config/a.yaml:3:17: schema: /properties/a~1b/type: expected null, boolean, object, array, number, integer, "
      "string, or a list of them, got \"text\"\n"
      "config/a.yaml:4:20: schema: /items/requird: unknown keyword \"requird\" (did you mean \"required\"?)\n");
}

}  // namespace
}  // namespace causeway::json_schema
