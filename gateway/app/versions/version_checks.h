// What the versions of route files say against the operators' files, and against each other.
#pragma once

#include <span>

#include "app/settings.h"
#include "routing/route_table.h"

namespace causeway::app {

/// A version that is retired when unused needs a record of use, so a store: an error without one. Two files that give
/// one version of an API different dates are warned about.
void check_versions(std::span<const routing::ApiSpec> apis, const Settings& settings, config::Errors& errors);

}  // namespace causeway::app
