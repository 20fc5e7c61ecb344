#include "app/reload/settings.h"

namespace causeway::app {

const config::Keys<ReloadSettings>& ReloadSettings::keys() {
  static const auto keys =
      config::Keys<ReloadSettings>("reload")
          .optional("watch", &ReloadSettings::watch,
                    "take the configuration anew when one of its files has changed; false: only on SIGHUP or when an "
                    "operator says so")
          .optional("interval", &ReloadSettings::interval, "how often the files are looked at")
          .range(std::chrono::milliseconds(50), std::chrono::hours(1));
  return keys;
}

}  // namespace causeway::app
