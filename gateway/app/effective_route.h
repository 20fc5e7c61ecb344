// A route as it came out: what its own keys, the file's `defaults` and the gateway itself make of it, and where each
// part is written. Made while the route is built, for those who ask about it (`causeway routes`, `explain`, the admin
// API); calls never look at it. Nothing secret is in it: values are shown as they stand in the file, and those of
// headers, queries and bodies not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/position.h"
#include "config/values.h"
#include "routing/route_table.h"

namespace causeway::app {

enum class Origin : std::uint8_t {
  kRoute,
  kDefaults,  ///< of the route's file
  kBuiltIn,   ///< nobody wrote it: the position is nowhere
};
constexpr auto names(Origin) {
  return config::table<Origin>(
      {{"route", Origin::kRoute}, {"defaults", Origin::kDefaults}, {"built in", Origin::kBuiltIn}});
}

/// Who said it and where.
struct Source {
  Origin origin = Origin::kBuiltIn;
  config::Position at;
};

struct EffectiveKey {
  std::string name;
  std::string value;  ///< on one line
  Source from;
};

struct EffectiveStep {
  std::string name;  ///< `rate_limit`; `authentication`, `access`, `from`, `publish` are the keys of that kind
  std::string does;  ///< `100/s per consumer`
  Source from;
  std::optional<Source> also = {};  ///< the rule of the defaults that the route's narrows
  std::string also_does = {};       ///< that rule
  bool on_head = false;             ///< when it runs: before the body, behind it, over the answer
  bool on_body = false;
  bool on_answer = false;
  bool removed = false;  ///< by `without`, which `also` names: the plan does not have it
};

struct EffectiveRoute {
  std::vector<EffectiveKey> settings;  ///< `auth`, `reply`, `limits.…`: those that hold, written or not
  std::vector<EffectiveStep> chain;    ///< as the plan's plugins, with those that were removed between them
  std::string adapter;                 ///< its name
  Source adapter_from;
  std::vector<EffectiveKey> call;  ///< the adapter's keys, those of `defaults.http` among them

  /// Of a setting or a key of the call; empty when there is none.
  std::string_view setting(std::string_view name) const { return find(settings, name); }
  std::string_view call_key(std::string_view name) const { return find(call, name); }
  const EffectiveStep* step(std::string_view name) const;

 private:
  static std::string_view find(const std::vector<EffectiveKey>& keys, std::string_view name);
};

/// All of one configuration, in the order of the files. Immutable once built.
struct EffectiveRoutes {
  std::vector<routing::ApiSpec> apis;     ///< without their nodes
  std::vector<routing::RouteSpec> specs;  ///< by RouteInfo::index
  std::vector<EffectiveRoute> routes;     ///< likewise
  routing::VersioningSettings versioning;
  std::shared_ptr<const routing::RouteTable> table;  ///< knows in which state a version is

  const routing::ApiSettings& api_of(std::size_t route) const { return apis[specs[route].api].settings; }
};

/// Base and path as they are written: `/api/{version}/orders/{id}`.
std::string pattern_of(const routing::ApiSettings& api, const routing::RouteSpec& route);

}  // namespace causeway::app
