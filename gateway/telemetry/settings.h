// `telemetry:` of the configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/keys.h"
#include "core/bytes.h"

namespace causeway::telemetry {

enum class LogForm : std::uint8_t { kText, kJson };
constexpr auto names(LogForm) { return config::table<LogForm>({{"text", LogForm::kText}, {"json", LogForm::kJson}}); }

enum class LogLanguage : std::uint8_t { kEnglish, kChinese };
constexpr auto names(LogLanguage) {
  return config::table<LogLanguage>({{"en", LogLanguage::kEnglish}, {"zh", LogLanguage::kChinese}});
}

/// `bodies: {limit: 1KiB, mask: [password, idCard, phone, bankAccount]}`
struct BodyLogSettings {
  ByteSize limit{1024};
  std::vector<std::string> mask{"password", "idCard", "phone", "bankAccount"};

  static const config::Keys<BodyLogSettings>& keys();
};

/// `calls: {successes: 100%, bodies: …}`
struct CallLogSettings {
  config::Percent successes{100};
  BodyLogSettings bodies;

  static const config::Keys<CallLogSettings>& keys();
};

/// `log: {format: text | json, language: en | zh, calls: …}`
struct LogSettings {
  LogForm format = LogForm::kText;
  LogLanguage language = LogLanguage::kEnglish;
  CallLogSettings calls;

  static const config::Keys<LogSettings>& keys();
};

struct TelemetrySettings {
  LogSettings log;

  static const config::Keys<TelemetrySettings>& keys();
};

}  // namespace causeway::telemetry
