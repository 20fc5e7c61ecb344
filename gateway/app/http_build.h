// From `http: {…}` to an adapter, wherever a system is called for a route.
#pragma once

#include <memory>

#include "adapters/http/http_adapter.h"
#include "app/compilation.h"

namespace causeway::app {

/// The settings over those of `defaults.http`. Null when `context.reading` says why. `use.operation` where the settings
/// name none.
std::unique_ptr<adapters::HttpAdapter> build_http(const config::Tagged& tagged, const BuildContext& context,
                                                  const adapters::HttpUse& use = {});

}  // namespace causeway::app
