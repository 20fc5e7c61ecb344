#include "telemetry/settings.h"

namespace causeway::telemetry {

const config::Keys<BodyLogSettings>& BodyLogSettings::keys() {
  static const auto keys =
      config::Keys<BodyLogSettings>("logged bodies")
          .optional("limit", &BodyLogSettings::limit, "how much of a body is shown; longer ones are cut")
          .range(ByteSize{0}, ByteSize{64 * 1024})
          .optional("mask", &BodyLogSettings::mask, "keys whose values are shown as ***, at any depth, in any case");
  return keys;
}

const config::Keys<CallLogSettings>& CallLogSettings::keys() {
  static const auto keys =
      config::Keys<CallLogSettings>("call log")
          .optional("successes", &CallLogSettings::successes,
                    "share of the successful calls that get a line; failed ones always do")
          .optional("bodies", &CallLogSettings::bodies, "what a line shows of request and response");
  return keys;
}

const config::Keys<LogSettings>& LogSettings::keys() {
  static const auto keys =
      config::Keys<LogSettings>("log", "the log on standard output")
          .optional("format", &LogSettings::format, "text: lines for people; json: an object a line")
          .optional("language", &LogSettings::language, "language of the words in the text form")
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
