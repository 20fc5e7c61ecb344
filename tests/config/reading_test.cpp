#include "config/reading.h"

#include <gtest/gtest.h>

#include "config_fixture.h"

namespace causeway::config {
namespace {

TEST(Reading, KnowsThePathForAsLongAsASteps) {
  Errors errors;
  Reading reading(errors, FileKind::kOperator, environment({}));
  {
    auto routes = reading.enter("routes");
    auto third = reading.enter(3);
    auto table = reading.enter("a.b");
    EXPECT_EQ(reading.path(), "routes[3][\"a.b\"]");
    {
      auto elsewhere = reading.resume("clusters[0]");
      auto name = reading.enter("name");
      EXPECT_EQ(reading.path(), "clusters[0].name");
    }
    EXPECT_EQ(reading.path(), "routes[3][\"a.b\"]");
  }
  EXPECT_EQ(reading.path(), "");
}

TEST(Reading, HidesWhatSitsInTheNameOfASecret) {
  Errors errors;
  Reading reading(errors, FileKind::kOperator, environment({}));
  const auto hides = [&](std::string_view name) {
    auto step = reading.enter(name);
    auto item = reading.enter(std::size_t{0});
    return reading.hides();
  };
  EXPECT_TRUE(hides("X-Api-Key"));
  EXPECT_TRUE(hides("sasl.password"));
  EXPECT_TRUE(hides("Authorization"));
  EXPECT_FALSE(hides("X-Request-Id"));
  auto outer = reading.enter("token");
  EXPECT_FALSE(hides("format"));
}

TEST(Nearest, IsAThirdOfTheLengthAway) {
  EXPECT_EQ(nearest("retrys", {"rate", "retry"}), "retry");
  EXPECT_EQ(nearest("maxAttempts", {"max_attempts"}), "max_attempts");
  EXPECT_EQ(nearest("adpater", {"adapter"}), "adapter");
  EXPECT_EQ(nearest("x", {"y"}), "");
  EXPECT_EQ(nearest("", {"y"}), "");
  EXPECT_EQ(nearest("timeout", {"path", "query"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), {"path"}), "");
}

struct Choice {
  explicit Choice(std::string_view text) {
    Reading reading(errors, FileKind::kRoutes, environment({}));
    auto step = reading.enter("adapter");
    tagged = read_tagged(yaml(text), reading);
  }
  Errors errors;
  std::optional<Tagged> tagged;
};

TEST(Tagged, IsANameWithSettingsOrAlone) {
  const Choice http("{http: {path: /x}}");
  ASSERT_TRUE(http.tagged);
  EXPECT_EQ(http.tagged->name, "http");
  EXPECT_EQ(http.tagged->key.position().to_text(), "config/a.yaml:1:2");
  EXPECT_EQ(http.tagged->settings.find("path")->text(), "/x");
  EXPECT_EQ(http.tagged->path, "adapter.http");

  const Choice alone("rate_limit");
  ASSERT_TRUE(alone.tagged);
  EXPECT_EQ(alone.tagged->name, "rate_limit");
  EXPECT_TRUE(alone.tagged->settings.is_null());
  EXPECT_EQ(alone.tagged->settings.position().to_text(), "config/a.yaml:1:1");
}

TEST(Tagged, IsOneNameOnly) {
  EXPECT_EQ(Choice("{http: {}, sql: {}}").errors.to_text(),
            "config/a.yaml:1:12: adapter: expected one name with its settings, got \"http\" and \"sql\"\n");
  EXPECT_EQ(Choice("{}").errors.to_text(),
            "config/a.yaml:1:1: adapter: expected one name with its settings, got an empty mapping\n");
  EXPECT_EQ(Choice("[http]").errors.to_text(),
            "config/a.yaml:1:1: adapter: expected one name with its settings, got a list\n");
  EXPECT_EQ(Choice("~").errors.to_text(),
            "config/a.yaml:1:1: adapter: expected one name with its settings, got nothing\n");
}

}  // namespace
}  // namespace causeway::config
