// What the routing room reads of a route file. The file's other keys belong to whoever reads the whole file.
#pragma once

#include <concepts>
#include <map>
#include <string>

#include "config/keys.h"
#include "routing/method.h"
#include "routing/path_template.h"
#include "routing/version.h"

namespace causeway::routing {

/// `match:` of a route: `{method: GET, path: /}`, `{methods: [GET, POST], path: "/{id}"}`, `{methods: any, path: …}`.
struct MatchSettings {
  Methods methods = Methods::kNone;  ///< as listed; that GET takes HEAD too is the table's business
  PathTemplate path;                 ///< below the file's base
  bool sound = true;                 ///< false: could not be read, which has been reported
  static const config::Keys<MatchSettings>& keys();
};

/// `api`, `base`, `versions` and `default_version` of a route file. Whoever reads the whole file derives its settings
/// from this and describes these keys with add_api_keys().
struct ApiSettings {
  std::string api;
  PathTemplate base;  ///< `/api/{version}/orders`; no other parameter may stand in it
  std::map<std::string, VersionSettings> versions;
  std::string default_version;  ///< of calls that name none; empty: they get 40690
};

/// The rules that span the keys of ApiSettings; `file` is the mapping that holds them.
void check_api(const ApiSettings& settings, const config::Node& file, config::Reading& reading);

template <std::derived_from<ApiSettings> File>
config::Keys<File>& add_api_keys(config::Keys<File>& keys) {
  return keys.required("api", &ApiSettings::api, "name of the API, a label of metrics and log lines")
      .required("base", &ApiSettings::base,
                "path that all routes of the file start with, such as /api/{version}/orders")
      .optional("versions", &ApiSettings::versions,
                "versions of the API by name, such as v1; without them the API has none")
      .optional("default_version", &ApiSettings::default_version, "version that calls get which name none")
      .by_default("they are refused")
      .refers_to("version")
      .check(check_api);
}

}  // namespace causeway::routing

namespace causeway::config {

template <>
struct Value<routing::PathTemplate> {
  static bool read_into(const Node& node, Reading& reading, routing::PathTemplate& out, const Range*);
  static Shape shape() {
    Shape shape{Shape::Form::kText, "path"};
    shape.meaning = Meaning::kPathTemplate;
    shape.pattern = "/.*";
    return shape;
  }
  static std::string text(const routing::PathTemplate& value) { return value.text(); }
};

/// `GET`, `[GET, POST]` or `any`.
template <>
struct Value<routing::Methods> {
  static bool read_into(const Node& node, Reading& reading, routing::Methods& out, const Range*);
  static Shape shape();
  static std::string text(routing::Methods) { return {}; }
};

}  // namespace causeway::config
