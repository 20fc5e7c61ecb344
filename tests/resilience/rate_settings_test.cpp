#include "resilience/rate_settings.h"

#include <gtest/gtest.h>

#include <string>

#include "config/yaml.h"

namespace causeway::resilience {
namespace {

using namespace std::chrono_literals;

RateSettings settings(std::string_view yaml, std::string& problems) {
  config::Errors errors;
  config::Reading reading(errors, config::FileKind::kRoutes);
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  auto result = node ? config::read<RateSettings>(*node, reading) : RateSettings{};
  problems = errors.to_text();
  return result;
}

Limit limit(std::string_view yaml) {
  std::string problems;
  const auto result = settings(yaml, problems);
  EXPECT_EQ(problems, "");
  return result.limit();
}

std::string problems_of(std::string_view yaml) {
  std::string problems;
  settings(yaml, problems);
  return problems;
}

TEST(RateSettings, ReadTheDesignsExample) {
  std::string problems;
  const auto read = settings("{rate: 100/s, burst: 200, per: address}", problems);
  EXPECT_EQ(problems, "");
  EXPECT_EQ(read.per, Per::kAddress);
  EXPECT_EQ(read.limit().interval, 10ms);
  EXPECT_EQ(read.limit().burst, 200u);
}

TEST(RateSettings, HaveABurstOfOneSecondByDefault) {
  EXPECT_EQ(limit("{rate: 100/s}").burst, 100u);
  EXPECT_EQ(limit("{rate: 90/m}").burst, 1u);
  EXPECT_EQ(limit("{rate: 5/h}").burst, 1u);
  EXPECT_EQ(limit("{rate: 5/h}").interval, 12min);
}

TEST(RateSettings, RefuseWhatIsNoRate) {
  EXPECT_EQ(problems_of("{rate: fast}"), "t.yaml:1:8: rate: expected a rate such as 100/s, got \"fast\"\n");
  EXPECT_EQ(problems_of("{rate: 1/s, burst: 0}"),
            "t.yaml:1:20: burst: expected a whole number from 1 to 1000000000, got \"0\"\n");
  EXPECT_EQ(
      problems_of("{rate: 1/s, per: consumr}"),
      "t.yaml:1:18: per: expected one of consumer, address, route; got \"consumr\" (did you mean \"consumer\"?)\n");
  EXPECT_EQ(problems_of("{burst: 1}"), "t.yaml:1:1: missing \"rate\" (calls admitted per unit of time)\n");
  EXPECT_EQ(problems_of("{rate: 1/s, shared: true}"), "t.yaml:1:13: shared: \"shared\" is not in this version\n");
}

}  // namespace
}  // namespace causeway::resilience
