// What a process was started with and a reload cannot change.
#pragma once

#include <string>
#include <vector>

#include "app/settings.h"

namespace causeway::app {

/// Keys whose values differ and are in force only after a restart: `listeners[].address`, `workers`.
std::vector<std::string> restart_keys(const Settings& running, const Settings& wanted);

}  // namespace causeway::app
