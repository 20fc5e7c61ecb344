// The visible list of plugins that a route's `plugins` may name.
#pragma once

#include <memory>

#include "app/compilation.h"
#include "exchange/plugin.h"

namespace causeway::app {

/// Those that there are, in the order of the list, with the description of their keys.
const std::vector<config::Choice>& describe_plugins();

/// Null when the plugin is unknown, not in this version, or its settings are wrong: `context.reading` says so.
std::unique_ptr<const Plugin> build_plugin(const config::Tagged& tagged, const BuildContext& context);

/// The route's own key `from`. Null when its settings are wrong.
std::unique_ptr<const Plugin> build_from(const config::Deferred& from, const BuildContext& context);

/// The route's own key `publish`. Null when its settings are wrong.
std::unique_ptr<const Plugin> build_publish(const config::Deferred& publish, const BuildContext& context);

}  // namespace causeway::app
