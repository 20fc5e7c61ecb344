// What a route's record says about the parts of a route: one short line each, from what is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/effective_route.h"
#include "app/settings.h"
#include "config/node.h"

namespace causeway::app {

/// Where a key of a route comes from: its own, its file's `defaults`, or nowhere.
class RouteSources {
 public:
  /// Mappings, or null nodes; they outlive this.
  RouteSources(const config::Node& route, const config::Node& defaults) : route_(route), defaults_(defaults) {}
  Source of(std::string_view key) const;
  Source of_route(std::string_view key) const;
  Source of_defaults(std::string_view key) const;

 private:
  const config::Node& route_;
  const config::Node& defaults_;
};

/// `signature or oauth`; `nobody has to say who they are`.
std::string text_of(const AuthSettings& auth);
/// `internal or partner (role), scope orders:write for partner, from 10.0.0.0/8`.
std::string text_of(const security::AccessSettings& access);
/// Of a plugin by its name, as it stands in the file: `100/s per consumer`.
std::string text_of_plugin(std::string_view name, const config::Node& settings);
/// `v1: request, response`.
std::string text_of_from(const config::Node& from);
/// `ORDER_CREATED to order-topic`, and whether in a transaction.
std::string text_of_publish(const config::Node& publish);

/// The rule of the route, and that of the defaults which it narrows.
EffectiveStep access_step(const RouteBaseSettings& route, const RouteBaseSettings& defaults,
                          const RouteSources& sources);

/// Adds what `on_unknown` says: `on_unknown.check`, `GET oms /orders/by-external/{{ $request.no }}`.
void describe_unknown(const config::Node& on_unknown, const DefaultSettings& defaults, std::vector<EffectiveKey>& out);

/// Fills in name, place and keys of the adapter.
void describe_adapter(const config::Node& adapter, const DefaultSettings& defaults, EffectiveRoute& out);

}  // namespace causeway::app
