// `reload:` of the operators' configuration.
#pragma once

#include "config/keys.h"
#include "core/clock.h"

namespace causeway::app {

struct ReloadSettings {
  bool watch = true;
  Duration interval = std::chrono::seconds(1);
  static const config::Keys<ReloadSettings>& keys();
};

}  // namespace causeway::app
