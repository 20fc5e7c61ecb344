#include "telemetry/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/yaml.h"

namespace causeway::telemetry {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Read {
  TelemetrySettings settings;
  std::string errors;
};

Read read(std::string_view yaml) {
  config::Errors errors;
  const auto node = config::read_yaml(yaml, "causeway.yaml", errors);
  config::Reading reading(errors, config::FileKind::kOperator);
  TelemetrySettings settings;
  if (node) settings = config::read<TelemetrySettings>(*node, reading);
  return {settings, errors.to_text()};
}

TEST(TelemetrySettings, HaveTheDefaultsOfTheDesign) {
  const auto [settings, errors] = read("log: {}");
  EXPECT_EQ(errors, "");
  EXPECT_EQ(settings.log.format, LogForm::kText);
  EXPECT_EQ(settings.log.language, LogLanguage::kEnglish);
  EXPECT_EQ(settings.log.calls.successes.value, 100);
  EXPECT_EQ(bytes(settings.log.calls.bodies.limit), 1024u);
  EXPECT_EQ(settings.log.calls.bodies.mask, (std::vector<std::string>{"password", "idCard", "phone", "bankAccount"}));
}

TEST(TelemetrySettings, AreRead) {
  const auto [settings, errors] =
      read("log: {format: json, language: zh, calls: {successes: 12.5%, bodies: {limit: 16KiB, mask: [pin]}}}");
  EXPECT_EQ(errors, "");
  EXPECT_EQ(settings.log.format, LogForm::kJson);
  EXPECT_EQ(settings.log.language, LogLanguage::kChinese);
  EXPECT_EQ(settings.log.calls.successes.fraction(), 0.125);
  EXPECT_EQ(bytes(settings.log.calls.bodies.limit), 16'384u);
  EXPECT_EQ(settings.log.calls.bodies.mask, std::vector<std::string>{"pin"});
}

TEST(TelemetrySettings, RefuseWhatIsWrong) {
  EXPECT_THAT(read("log: {format: xml}").errors, StartsWith("causeway.yaml:1:15: log.format: expected "));
  EXPECT_THAT(read("log: {language: fr}").errors, StartsWith("causeway.yaml:1:17: log.language: expected "));
  EXPECT_THAT(read("log: {calls: {bodies: {limit: 1MiB}}}").errors,
              StartsWith("causeway.yaml:1:31: log.calls.bodies.limit: expected a size from 0B to 64KiB, got \"1MiB\""));
  for (const char* key : {"traces: {otlp: null}", "trail: [orderId]"}) {
    EXPECT_THAT(read(key).errors, HasSubstr("not in this version")) << key;
  }
}

}  // namespace
}  // namespace causeway::telemetry
