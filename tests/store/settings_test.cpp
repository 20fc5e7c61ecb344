#include "store/settings.h"

#include <gtest/gtest.h>

#include "config/yaml.h"

namespace causeway::store {
namespace {

StoreSettings read(std::string_view yaml, std::string& problems) {
  config::Errors errors;
  config::Reading reading(errors, config::FileKind::kOperator);
  const auto node = config::read_yaml(yaml, "t.yaml", errors);
  auto settings = node ? config::read<StoreSettings>(*node, reading) : StoreSettings{};
  problems = errors.to_text();
  return settings;
}

std::string problems_of(std::string_view yaml) {
  std::string problems;
  static_cast<void>(read(yaml, problems));
  return problems;
}

TEST(StoreSettings, ReadTheDesignsExample) {
  std::string problems;
  const StoreSettings read_settings = read("{sqlite: {path: /var/lib/causeway/a.db, min_free: 0B}}", problems);
  EXPECT_EQ(problems, "");
  EXPECT_EQ(read_settings.sqlite.path, "/var/lib/causeway/a.db");
  EXPECT_EQ(read_settings.sqlite.min_free, ByteSize{0});
}

TEST(StoreSettings, HaveDefaults) {
  std::string problems;
  const StoreSettings settings = read("{}", problems);
  EXPECT_EQ(problems, "");
  EXPECT_EQ(settings.sqlite.path, "data/causeway.db");
  EXPECT_EQ(settings.sqlite.min_free, std::nullopt);
  EXPECT_GT(settings.sqlite.least_free(), 0u);
  EXPECT_LE(settings.sqlite.least_free(), 1073741824u);
}

TEST(StoreSettings, RefuseWhatIsNoFileAndWhatIsNotBuiltYet) {
  EXPECT_EQ(problems_of("{sqlite: {path: data/}}"),
            "t.yaml:1:17: sqlite.path: expected the path of a file, got \"data/\"\n");
  EXPECT_EQ(problems_of("{postgres: {url: x}}"), "t.yaml:1:2: postgres: \"postgres\" is not in this version\n");
}

}  // namespace
}  // namespace causeway::store
