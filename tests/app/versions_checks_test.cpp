#include "app/versions/version_checks.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::app {
namespace {

struct ApiFile : routing::ApiSettings {
  static const config::Keys<ApiFile>& keys() {
    static const auto keys = [] {
      config::Keys<ApiFile> made("route file");
      routing::add_api_keys(made);
      return made;
    }();
    return keys;
  }
};

std::string problems(const std::vector<std::string>& versions, const Settings& settings = {}) {
  config::Errors errors;
  std::vector<routing::ApiSpec> apis;
  for (const std::string& each : versions) {
    const std::string name = std::string(1, static_cast<char>('a' + apis.size())) + ".yaml";
    const auto node =
        config::read_yaml("api: orders\nbase: /{version}/" + name + "\nversions: {v1: " + each + "}\n", name, errors);
    config::Reading reading(errors, config::FileKind::kRoutes);
    apis.push_back({config::read<ApiFile>(*node, reading), *node});
  }
  check_versions(apis, settings, errors);
  return errors.to_text();
}

constexpr const char* kV1 = "{released: 2025-01-01, deprecated: 2026-01-01, sunset: 2027-01-01, retire: when_unused}";

TEST(VersionChecks, RetiringByUseNeedsARecordOfUse) {
  EXPECT_EQ(problems({kV1}), "");
  Settings settings;
  settings.store.emplace().none = true;
  EXPECT_EQ(problems({kV1}, settings),
            "a.yaml:3:91: versions.v1.retire: `when_unused` needs a record of who calls, and there is none: "
            "`store: none`\n");
}

TEST(VersionChecks, AVersionInTwoFilesEndsOnOneDay) {
  EXPECT_EQ(problems({kV1, kV1}), "");
  EXPECT_EQ(problems({kV1, "{released: 2025-01-01}"}),
            "b.yaml:3:16: versions.v1: warning: has other dates than v1 of the same API at a.yaml:3:16, so the two end "
            "at different times\n");
}

}  // namespace
}  // namespace causeway::app
