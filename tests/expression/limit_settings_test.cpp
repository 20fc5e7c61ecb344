#include "expression/limit_settings.h"

#include <gtest/gtest.h>

#include "config/reading.h"
#include "config/yaml.h"

namespace causeway::expression {
namespace {

struct Read {
  Limits limits;
  std::string errors;
};

Read read(std::string_view yaml) {
  config::Errors errors;
  config::Reading reading(errors, config::FileKind::kOperator);
  const auto node = config::read_yaml(yaml, "c.yaml", errors);
  LimitSettings settings;
  LimitSettings::keys().read_into(*node, reading, settings);
  return {settings.limits(), errors.to_text()};
}

TEST(LimitSettings, AreTheDefaultsWhereNothingIsSaid) {
  const Read made = read("{}");
  EXPECT_EQ(made.errors, "");
  EXPECT_EQ(made.limits.steps, 1'000'000u);
  EXPECT_EQ(made.limits.memory, 64u << 20);
  EXPECT_EQ(made.limits.output, 16u << 20);
  EXPECT_EQ(made.limits.depth, 1024u);
  EXPECT_EQ(made.limits.pattern, 4096u);
}

TEST(LimitSettings, AreRead) {
  const Read made = read("{steps: 2000000, memory: 128MiB, output: 1MiB, depth: 2000, pattern: 1KiB}");
  EXPECT_EQ(made.errors, "");
  EXPECT_EQ(made.limits.steps, 2'000'000u);
  EXPECT_EQ(made.limits.memory, 128u << 20);
  EXPECT_EQ(made.limits.output, 1u << 20);
  EXPECT_EQ(made.limits.depth, 2000u);
  EXPECT_EQ(made.limits.pattern, 1024u);
}

TEST(LimitSettings, HaveBounds) {
  EXPECT_NE(read("{steps: 10}").errors, "");
  EXPECT_NE(read("{steps: 10000000000}").errors, "");
  EXPECT_NE(read("{memory: 1KiB}").errors, "");
  EXPECT_NE(read("{output: 2GiB}").errors, "");
  EXPECT_NE(read("{depth: 100000}").errors, "");
  EXPECT_NE(read("{pattern: 1MiB}").errors, "");
}

}  // namespace
}  // namespace causeway::expression
