// Route tables from route files written in a test.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/errors.h"
#include "config/keys.h"
#include "config/yaml.h"
#include "routing/route_table.h"

namespace causeway::routing {

struct RouteEntry {
  std::string name;
  MatchSettings match;
  std::vector<std::string> versions;

  static const config::Keys<RouteEntry>& keys() {
    static const auto keys = config::Keys<RouteEntry>("route")
                                 .required("name", &RouteEntry::name, "")
                                 .required("match", &RouteEntry::match, "")
                                 .optional("versions", &RouteEntry::versions, "");
    return keys;
  }
};

struct RouteFile : ApiSettings {
  std::vector<RouteEntry> routes;

  static const config::Keys<RouteFile>& keys() {
    static const auto keys = [] {
      config::Keys<RouteFile> description("route file");
      add_api_keys(description).required("routes", &RouteFile::routes, "");
      return description;
    }();
    return keys;
  }
};

inline WallTime date(const char* text) { return config::TextForm<WallTime>::parse(text).value(); }

/// Reads files, builds their table, matches.
class RouteFiles {
 public:
  RouteFiles& add(const std::string& name, const std::string& yaml) {
    const std::optional<config::Node> node = config::read_yaml(yaml, name, errors_);
    if (!node) return *this;
    config::Reading reading(errors_, config::FileKind::kRoutes);
    const RouteFile file = config::read<RouteFile>(*node, reading);
    const auto api = static_cast<std::uint32_t>(apis_.size());
    apis_.push_back({file, *node});
    for (std::size_t i = 0; i < file.routes.size(); ++i) {
      const RouteEntry& route = file.routes[i];
      const auto index = static_cast<std::uint32_t>(routes_.size());
      routes_.push_back({index, api, route.name, route.match, route.versions,
                         node->find("routes")->items()[i].position(), "routes[" + std::to_string(i) + "]"});
    }
    return *this;
  }

  RouteFiles& versioning(VersioningSettings settings) {
    versioning_ = std::move(settings);
    return *this;
  }

  /// What a running process knows of the versions; outlives this.
  RouteFiles& states(VersionStates& states) {
    states_ = &states;
    return *this;
  }

  const std::vector<ApiSpec>& apis() const { return apis_; }
  const std::vector<RouteSpec>& routes() const { return routes_; }

  /// Everything that is wrong, empty when nothing is.
  std::string problems() {
    if (!errors_.failed()) table_ = RouteTable::build(apis_, routes_, versioning_, errors_, states_);
    return errors_.to_text();
  }

  const RouteTable& table() {
    if (!table_) table_ = RouteTable::build(apis_, routes_, versioning_, errors_, states_);
    if (!table_) throw std::logic_error(errors_.to_text());
    return *table_;
  }

  MatchResult match(std::string_view method, std::string_view path, std::string_view accept = {},
                    WallTime now = date("2026-01-01")) {
    return table().match({method, path, accept, now});
  }

  /// `get-order id=42`, `get-order@v1 id=42`, or what became of the call instead: `405 GET, HEAD, OPTIONS`.
  std::string call(std::string_view method, std::string_view path, std::string_view accept = {},
                   WallTime now = date("2026-01-01")) {
    const MatchResult result = match(method, path, accept, now);
    std::string text;
    switch (result.outcome) {
      case Outcome::kNoRoute:
        return "404";
      case Outcome::kMethodNotAllowed:
        return "405 " + std::string(result.allow);
      case Outcome::kOptions:
        return "204 " + std::string(result.allow);
      case Outcome::kVersionNotAcceptable:
        return "406";
      case Outcome::kSunset:
        text = "410 ";
        break;
      case Outcome::kFound:
        break;
    }
    text += result.route->name;
    if (result.version) text += "@" + result.version->name();
    for (std::size_t i = 0; i < result.parameters.size(); ++i) {
      text += ' ';
      text += result.parameters.name(i);
      text += '=';
      text += result.parameters.value(i);
    }
    return text;
  }

 private:
  config::Errors errors_;
  std::vector<ApiSpec> apis_;
  std::vector<RouteSpec> routes_;
  VersioningSettings versioning_;
  VersionStates* states_ = nullptr;
  std::shared_ptr<const RouteTable> table_;
};

}  // namespace causeway::routing
