#include "routing/settings.h"

#include <gtest/gtest.h>

#include "routing/route_files.h"

namespace causeway::routing {
namespace {

std::string problems(const std::string& yaml) { return RouteFiles().add("r.yaml", yaml).problems(); }

std::string match_problems(const std::string& match) {
  return problems("api: a\nbase: /\nroutes:\n  - name: a\n    match: " + match + "\n");
}

std::string version_problems(const std::string& versions) {
  return problems("api: a\nbase: \"/{version}\"\nroutes: []\nversions:\n  " + versions + "\n");
}

TEST(MatchSettings, PointsAtTheFaultInAPath) {
  EXPECT_EQ(match_problems("{method: GET, path: \"/{id}/{id}\"}"),
            "r.yaml:5:40: routes[0].match.path: the parameter \"id\" is used twice, got \"/{id}/{id}\"\n");
  EXPECT_EQ(match_problems("{method: GET, path: /a//b}"),
            "r.yaml:5:35: routes[0].match.path: an empty segment (\"//\"), got \"/a//b\"\n");
}

TEST(MatchSettings, NeedsAMethod) {
  EXPECT_EQ(match_problems("{path: /}"), "r.yaml:5:12: routes[0].match: \"method\" or \"methods\" is missing\n");
  EXPECT_EQ(match_problems("{method: GET, methods: [PUT], path: /}"),
            "r.yaml:5:35: routes[0].match.methods: give either \"method\" or \"methods\"\n");
  EXPECT_EQ(match_problems("{method: [GET, PUT], path: /}"),
            "r.yaml:5:21: routes[0].match.method: several are written under \"methods\"\n");
  EXPECT_EQ(match_problems("{methods: [], path: /}"),
            "r.yaml:5:22: routes[0].match.methods: expected a method such as GET, a list of methods, or any, got an "
            "empty list\n");
}

TEST(MatchSettings, KnowsTheMethods) {
  const std::string names = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; got ";
  EXPECT_EQ(match_problems("{methods: [GET, PTU], path: /}"),
            "r.yaml:5:28: routes[0].match.methods[1]: expected one of " + names + "\"PTU\" (did you mean \"PUT\"?)\n");
  EXPECT_EQ(match_problems("{method: TRACE, path: /}"),
            "r.yaml:5:21: routes[0].match.method: expected one of " + names + "\"TRACE\"\n");
}

TEST(ApiSettings, ABaseHoldsNoParameterButTheVersion) {
  EXPECT_EQ(problems("api: a\nbase: \"/{tenant}/x\"\nroutes: []"),
            "r.yaml:2:7: base: the only parameter that may stand in a base is {version}\n");
  EXPECT_EQ(problems("api: a\nbase: \"/{version}/x\"\nroutes: []"),
            "r.yaml:2:7: base: {version} needs \"versions\", which say what it may be\n");
  EXPECT_EQ(problems("api: a\nbase: /x/\nroutes: []"),
            "r.yaml:2:7: base: a base other than \"/\" does not end with a slash; its routes begin with one\n");
}

TEST(ApiSettings, TheDefaultIsOneOfTheVersions) {
  EXPECT_EQ(problems("api: a\nbase: /\nroutes: []\ndefault_version: v1"),
            "r.yaml:4:18: default_version: needs \"versions\", one of which it names\n");
  EXPECT_EQ(problems("api: a\nbase: /\nroutes: []\ndefault_version: v1\nversions: {v2: {released: 2025-01-01}}"),
            "r.yaml:4:18: default_version: expected one of v2; got \"v1\" (did you mean \"v2\"?)\n");
}

TEST(VersionSettings, DatesFollowEachOther) {
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, deprecated: 2024-01-01}"),
            "r.yaml:5:42: versions.v1.deprecated: must be after \"released\" (2025-01-01)\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, deprecated: 2026-01-01, sunset: 2026-01-01}"),
            "r.yaml:5:62: versions.v1.sunset: must be after \"deprecated\" (2026-01-01)\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, sunset: 2026-01-01}"),
            "r.yaml:5:38: versions.v1.sunset: needs \"deprecated\": callers are told before they are refused\n");
}

TEST(VersionSettings, TheSuccessorIsAnotherVersion) {
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, successor: v1}"),
            "r.yaml:5:41: versions.v1.successor: a version cannot succeed itself\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, successor: v2}"),
            "r.yaml:5:41: versions.v1.successor: expected one of v1; got \"v2\" (did you mean \"v1\"?)\n");
}

TEST(VersionSettings, NamesAreFitForPathsAndMediaTypes) {
  EXPECT_EQ(
      version_problems("\"v/1\": {released: 2025-01-01}"),
      "r.yaml:5:10: versions[\"v/1\"]: expected a name such as v1: letters, digits, \".\", \"_\", \"-\", the first "
      "no sign\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01}\n  V1: {released: 2025-01-01}"),
            "r.yaml:5:7: versions.v1: differs from \"V1\" only by case, which Accept ignores\n");
}

TEST(VersionSettings, TheGuideIsAnAddress) {
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, guide: \"https://x/>;\"}"),
            "r.yaml:5:37: versions.v1.guide: expected an address such as https://docs.example.com/orders-v2, got "
            "\"https://x/>;\"\n");
}

TEST(VersionSettings, OneThatIsRetiredWhenUnusedHasASunset) {
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, retire: when_unused}"),
            "r.yaml:5:38: versions.v1.retire: needs \"sunset\": before it, a version is never retired\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, deprecated: 2026-01-01, sunset: 2027-01-01, unused_for: 14d}"),
            "r.yaml:5:86: versions.v1.unused_for: needs `retire: when_unused`\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, deprecated: 2026-01-01, sunset: 2027-01-01, "
                             "retire: when_unused, unused_for: 10ms}"),
            "r.yaml:5:107: versions.v1.unused_for: expected a duration of at least 1s, got \"10ms\"\n");
  EXPECT_EQ(version_problems("v1: {released: 2025-01-01, retire: later}"),
            "r.yaml:5:38: versions.v1.retire: expected one of at_sunset, when_unused; got \"later\"\n");
}

TEST(VersioningSettings, HasTheDocumentedDefaults) {
  const VersioningSettings settings;
  EXPECT_EQ(settings.vendor, "company");
  EXPECT_EQ(settings.minimum_overlap, std::chrono::days(180));
  EXPECT_EQ(settings.notice, std::chrono::days(90));
}

TEST(VersioningSettings, TheVendorIsPartOfAMediaType) {
  config::Errors errors;
  config::Reading reading(errors, config::FileKind::kOperator);
  const std::optional<config::Node> node = config::read_yaml("vendor: a/b", "c.yaml", errors);
  config::read<VersioningSettings>(*node, reading);
  EXPECT_EQ(errors.to_text(),
            "c.yaml:1:9: vendor: expected a name such as company: letters, digits, \".\", \"_\", \"-\", got \"a/b\"\n");
}

}  // namespace
}  // namespace causeway::routing
