#include "telemetry/settings.h"

namespace causeway::telemetry {

const config::Keys<BodyLogSettings>& BodyLogSettings::keys() {
  static const auto keys =
      config::Keys<BodyLogSettings>("logged bodies")
          .optional("limit", &BodyLogSettings::limit, "how much of a body a line shows")
          .range(ByteSize{0}, ByteSize{64 * 1024})
          .optional("mask", &BodyLogSettings::mask, "keys whose values are shown as ***, at any depth, in any case");
  return keys;
}

const config::Keys<CallLogSettings>& CallLogSettings::keys() {
  static const auto keys =
      config::Keys<CallLogSettings>("call log")
          .optional("successes", &CallLogSettings::successes, "share of the successful calls that get a line")
          .optional("bodies", &CallLogSettings::bodies, "what a line shows of request and response");
  return keys;
}

const config::Keys<LogSettings>& LogSettings::keys() {
  static const auto keys = config::Keys<LogSettings>("log")
                               .optional("format", &LogSettings::format, "lines of text or JSON objects")
                               .optional("language", &LogSettings::language, "of the words of the text form")
                               .optional("calls", &LogSettings::calls, "the line of every call to a system");
  return keys;
}

const config::Keys<TelemetrySettings>& TelemetrySettings::keys() {
  static const auto keys = config::Keys<TelemetrySettings>("telemetry")
                               .optional("log", &TelemetrySettings::log, "the log on standard output")
                               .later("traces", "trail");
  return keys;
}

}  // namespace causeway::telemetry
