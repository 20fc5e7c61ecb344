// `adapter: {composite: {calls: {…}, merge: …}}`: its keys, and how it is built from them.
#pragma once

#include <memory>
#include <optional>

#include "app/compilation.h"
#include "config/keys.h"
#include "config/placed.h"
#include "exchange/adapter.h"

namespace causeway::app {

/// `order: {http: {path: "/orders/{id}"}, optional: true}`
struct CompositeCallSettings {
  config::Deferred http;
  bool optional = false;
  static const config::Keys<CompositeCallSettings>& keys();
};

struct CompositeSettings {
  config::Deferred calls;  ///< by name, in their order
  config::Placed<std::string> merge;
  config::Placed<std::optional<Duration>> timeout;
  static const config::Keys<CompositeSettings>& keys();
};

/// Null when `context.reading` says why.
std::unique_ptr<const Adapter> build_composite(const config::Tagged& tagged, const BuildContext& context);

}  // namespace causeway::app
