#include "expression/configured.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::expression {
namespace {

/// What is said about the expression that is the value of `when`.
std::string complaint(std::string_view file) {
  config::Errors errors;
  const auto root = config::read_yaml(file, "routes/a.yaml", errors);
  const config::Node& node = *root->find("when");
  const config::Placed<std::string> text{node.text(), node.position(), "routes[0].when", node};
  compile_program(text, {Variable::kStatus}, errors);
  return errors.to_text();
}

TEST(ConfiguredProgram, SaysWhereInTheFile) {
  EXPECT_EQ(complaint("when: .items | lenght\n"),
            "routes/a.yaml:1:16: routes[0].when: unknown function \"lenght\"; did you mean \"length\"?\n");
  EXPECT_EQ(complaint("when: '.items | lenght'\n"),
            "routes/a.yaml:1:17: routes[0].when: unknown function \"lenght\"; did you mean \"length\"?\n");
  EXPECT_EQ(complaint("when: \".code == \\\"x\\\" and $statu\"\n"),
            "routes/a.yaml:1:27: routes[0].when: unknown variable \"$statu\"; did you mean \"$status\"?\n");
  EXPECT_EQ(complaint("a: 1\nwhen: |\n  .items\n  | map(\n      .sku }\n"),
            "routes/a.yaml:5:12: routes[0].when: unexpected \"}\"; expected \")\" behind the arguments (between them "
            "stands \";\")\n");
  EXPECT_EQ(complaint("when: >-\n  .items\n  | lenght\n"),
            "routes/a.yaml:3:5: routes[0].when: unknown function \"lenght\"; did you mean \"length\"?\n");
  EXPECT_EQ(complaint("when: '.\"名\" | lenght'\n"),
            "routes/a.yaml:1:15: routes[0].when: unknown function \"lenght\"; did you mean \"length\"?\n");
  EXPECT_EQ(
      complaint("when: '(.a'\n"),
      "routes/a.yaml:1:11: routes[0].when: the program ends too early; expected \")\" behind what the parentheses "
      "hold\n");
}

/// The same as a report shows it, without what it says.
std::string shown(std::string_view file) {
  config::Errors errors;
  const auto root = config::read_yaml(file, "a.yaml", errors);
  const config::Node& node = *root->find("when");
  compile_program({node.text(), node.position(), "when", node}, {}, errors);
  const std::string report = errors.to_report();
  const std::size_t message = report.find(": when: ");
  return report.substr(0, message) + report.substr(report.find('\n', message));
}

TEST(ConfiguredProgram, ShowsTheLineWithACaret) {
  EXPECT_EQ(shown("when: .a | lenght\n"), "a.yaml:1:12\n    .a | lenght\n         ^\n");
  EXPECT_EQ(shown("when: '.\"it''s\" | lenght'\n"), "a.yaml:1:19\n    .\"it's\" | lenght\n              ^\n");
  EXPECT_EQ(shown("when: \".a\\n  | lenght\"\n"), "a.yaml:1:16\n      | lenght\n        ^\n");
  EXPECT_EQ(shown("when: |\n  .a\n    | lenght\n"), "a.yaml:3:7\n      | lenght\n        ^\n");
  EXPECT_EQ(shown("when: |2\n    .a\n    | lenght\n"), "a.yaml:3:7\n      | lenght\n        ^\n");
  EXPECT_EQ(shown("when: >-\n  .a\n  | lenght\n"), "a.yaml:3:5\n    .a | lenght\n         ^\n");
  EXPECT_EQ(shown("when: .a\n  | lenght\n"), "a.yaml:2:5\n    .a | lenght\n         ^\n");
  EXPECT_EQ(shown("x: &p |-\n  .a\n  | lenght\nwhen: *p\n"), "a.yaml:3:5\n    | lenght\n      ^\n");
  EXPECT_EQ(shown("when: |\n  {a: 1,\n   b: (.c\n\n"), "a.yaml:3:10\n     b: (.c\n           ^\n");
}

TEST(ConfiguredProgram, ShowsNothingOfATextThatTheFileDoesNotHave) {
  config::Errors errors;
  const auto root = config::read_yaml("when: '.pin == \"${env:PIN}\" | lenght'\n", "a.yaml", errors);
  const config::Node& node = *root->find("when");
  compile_program({".pin == \"1234\" | lenght", node.position(), "when", node}, {}, errors);
  EXPECT_EQ(errors.to_report(),
            "a.yaml:1:7: when: unknown function \"lenght\"; did you mean \"length\"? (at character 18)\n");
}

TEST(ConfiguredProgram, GivesTheCharacterWhereThePlaceIsNotKnown) {
  config::Errors errors;
  const config::Placed<std::string> text{".a | lenght", {std::make_shared<std::string>("a.yaml"), 3, 7}, "when"};
  EXPECT_FALSE(compile_program(text, {}, errors).has_value());
  EXPECT_EQ(errors.to_text(),
            "a.yaml:3:7: when: unknown function \"lenght\"; did you mean \"length\"? (at character 6)\n");
}

/// What is said about it as a condition.
std::string doubt(std::string_view file) {
  config::Errors errors;
  const auto root = config::read_yaml(file, "routes/a.yaml", errors);
  const config::Node& node = *root->find("when");
  EXPECT_TRUE(compile_condition({node.text(), node.position(), "when", node}, {Variable::kStatus}, errors));
  return errors.to_text();
}

TEST(ConfiguredCondition, WarnsOfAnAssignmentThatWasMeantToCompare) {
  const std::string said =
      ": when: warning: \"=\" sets a value, which makes this true whatever it is asked about; \"==\" compares\n";
  EXPECT_EQ(doubt("when: '.type = \"a\"'\n"), "routes/a.yaml:1:14" + said);
  EXPECT_EQ(doubt("when: |\n  .type\n    = \"=\"\n"), "routes/a.yaml:3:5" + said);
  EXPECT_EQ(doubt("when: '.a | .b = \"\\(.c | (1))\"'\n"), "routes/a.yaml:1:16" + said);
}

TEST(ConfiguredCondition, TakesComparisonsAndAssignmentsOnTheWay) {
  EXPECT_EQ(doubt("when: '.type == \"a\"'\n"), "");
  EXPECT_EQ(doubt("when: '\"=\" == .type'\n"), "");
  EXPECT_EQ(doubt("when: '\"\\(.a = 1)\" != \"\"'\n"), "");
  EXPECT_EQ(doubt("when: '.a = 1 | .a == 1'\n"), "");
  EXPECT_EQ(doubt("when: '(.a = 1).a == 1'\n"), "");
  EXPECT_EQ(doubt("when: '$status <= 3'\n"), "");
}

TEST(ConfiguredProgram, IsNothingForNoText) {
  config::Errors errors;
  EXPECT_FALSE(compile_program({}, {}, errors).has_value());
  EXPECT_TRUE(errors.empty());
}

TEST(ConfiguredTemplate, SaysWhereInTheFile) {
  config::Errors errors;
  const auto root = config::read_yaml("key: \"order-{{ .id }}-{{ .sku | trimm }}\"\n", "a.yaml", errors);
  const config::Node& node = *root->find("key");
  const Template made = compile_template({node.text(), node.position(), "key", node}, {}, errors);
  EXPECT_TRUE(made.is_literal());
  EXPECT_EQ(errors.to_text(), "a.yaml:1:33: key: unknown function \"trimm\"; did you mean \"trim\"?\n");
}

}  // namespace
}  // namespace causeway::expression
