#include "routing/accept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace causeway::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, int>> named(std::string_view header) {
  std::vector<std::pair<std::string, int>> result;
  const AcceptedVersions accepted(header, "company");
  for (const AcceptedVersion& version : accepted.named()) result.emplace_back(version.name, version.weight);
  return result;
}

TEST(Accept, FindsTheVersion) {
  EXPECT_THAT(named("application/vnd.company.v1+json"), ElementsAre(Pair("v1", 1000)));
  EXPECT_THAT(named("Application/VND.Company.V1+JSON"), ElementsAre(Pair("V1", 1000)));
  EXPECT_THAT(named("application/vnd.company.2024-01+json"), ElementsAre(Pair("2024-01", 1000)));
}

TEST(Accept, FindsSeveralWithTheirWeights) {
  EXPECT_THAT(
      named("text/html, application/vnd.company.v2+json;q=0.5 ,application/vnd.company.v1+json ; q=0.25,*/*;q=0"),
      ElementsAre(Pair("v2", 500), Pair("v1", 250)));
  EXPECT_THAT(named("application/vnd.company.v1+json;charset=utf-8;q=1.000;ext=1"), ElementsAre(Pair("v1", 1000)));
  EXPECT_THAT(named("application/vnd.company.v1+json;Q=0"), ElementsAre(Pair("v1", 0)));
}

TEST(Accept, LooksPastWhatIsNoVersionOfTheVendor) {
  for (const char* header :
       {"", "*/*", "application/json", "application/vnd.company.v1", "application/vnd.company.v1+xml",
        "application/vnd.other.v1+json", "application/vnd.company+json", "application/vnd.company.+json",
        "application/vnd.companyx.v1+json", "text/vnd.company.v1+json", ",,;;==", "\"", "application"}) {
    EXPECT_THAT(named(header), IsEmpty()) << header;
    EXPECT_EQ(AcceptedVersions(header, "company").weight("v1"), 1000) << header;
  }
}

TEST(Accept, SkipsRangesWithABrokenWeight) {
  for (const char* weight : {"2", "1.1", "0.1234", ".5", "-1", "", "x", "0x", "1.0001"}) {
    const std::string header = std::string("application/vnd.company.v1+json;q=") + weight;
    EXPECT_THAT(named(header), IsEmpty()) << header;
  }
}

TEST(Accept, IsNotFooledByCommasInQuotes) {
  EXPECT_THAT(named("application/json;profile=\"a, application/vnd.company.v9+json\", application/vnd.company.v1+json"),
              ElementsAre(Pair("v1", 1000)));
  EXPECT_THAT(named("application/json;p=\"\\\", x/y;q=0\", application/vnd.company.v1+json"),
              ElementsAre(Pair("v1", 1000)));
}

TEST(Accept, WeighsAVersionByItsNameOrByWhatIsWider) {
  const AcceptedVersions only("application/vnd.company.v1+json", "company");
  EXPECT_EQ(only.weight("V1"), 1000);
  EXPECT_EQ(only.weight("v2"), 0);
  const AcceptedVersions wider("application/vnd.company.v1+json;q=0, application/json;q=0.3, */*;q=0.1", "company");
  EXPECT_EQ(wider.weight("v1"), 0);
  EXPECT_EQ(wider.weight("v2"), 300);
  EXPECT_EQ(wider.otherwise(), 300);
}

TEST(Accept, IgnoresMoreVersionsThanItKeeps) {
  std::string header;
  for (int i = 0; i < 100; ++i) header += "application/vnd.company.v" + std::to_string(i) + "+json,";
  const AcceptedVersions accepted(header, "company");
  EXPECT_EQ(accepted.named().size(), AcceptedVersions::kMost);
}

TEST(Accept, KnowsWhoWantsProblems) {
  EXPECT_TRUE(prefers_problem_json("application/problem+json"));
  EXPECT_TRUE(prefers_problem_json("application/json, Application/Problem+JSON"));
  EXPECT_TRUE(prefers_problem_json("application/problem+json;q=0.5, */*"));
  EXPECT_FALSE(prefers_problem_json("application/problem+json;q=0.5, application/json"));
  EXPECT_FALSE(prefers_problem_json("application/problem+json;q=0"));
  EXPECT_FALSE(prefers_problem_json("application/json, */*"));
  EXPECT_FALSE(prefers_problem_json(""));
}

}  // namespace
}  // namespace causeway::routing
