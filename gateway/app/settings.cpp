#include "app/settings.h"

#include "app/builtin_authenticators.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace causeway::app {
namespace {

/// The keys that a route and the defaults share.
template <class T>
config::Keys<T>& add_base_keys(config::Keys<T>& keys) {
  return keys
      .optional("auth", &RouteBaseSettings::auth, "none, or {any: [signature, oauth]}: how callers prove who they are")
      .optional("access", &RouteBaseSettings::access,
                "who of them may call, and from where; a route narrows the defaults")
      .optional("limits", &RouteBaseSettings::limits, "replaces the listener's limits of bodies")
      .optional("plugins", &RouteBaseSettings::plugins, "further steps of the chain; a route's follow the defaults'")
      .optional("reply", &RouteBaseSettings::reply, "envelope, or as_is: the system's answer without it");
}

void check_names(const std::vector<upstream::ClusterSettings>& clusters, config::Reading& reading) {
  std::map<std::string, config::Position> seen;
  for (const auto& cluster : clusters) {
    const auto [first, fresh] = seen.emplace(*cluster.name, cluster.name.position);
    if (fresh) continue;
    auto step = reading.resume(cluster.name.path);
    reading.error(cluster.name.position, "cluster \"" + *cluster.name + "\" is already at " + first->second.to_text(),
                  "conflict");
  }
}

}  // namespace

const config::Keys<NodeSettings>& NodeSettings::keys() {
  static const auto keys = config::Keys<NodeSettings>("this process").optional("id", &NodeSettings::id, "its name");
  return keys;
}

std::string Settings::data_folder() const {
  const std::filesystem::path file(store.value_or(store::StoreSettings()).sqlite.path);
  return file.has_parent_path() ? file.parent_path().string() : ".";
}

const config::Keys<Settings>& Settings::keys() {
  static const auto keys =
      config::Keys<Settings>("causeway.yaml")
          .optional("node", &Settings::node, "this process")
          .required("listeners", &Settings::listeners, "where callers connect")
          .optional("admin", &Settings::admin, "where operators look")
          .optional("workers", &Settings::workers, "threads that serve calls; auto: one a core")
          .range(1, 256)
          .optional("drain_timeout", &Settings::drain_timeout, "how long a stop waits for calls in flight")
          .range(Duration(0), Duration(std::chrono::hours(24)))
          .optional("signing", &Settings::signing, "how signatures are checked")
          .optional("versioning", &Settings::versioning, "rules for versions of APIs")
          .optional("secrets", &Settings::secrets, "the only secrets that route files may name")
          .optional("consumers", &Settings::consumers, "who may call")
          .optional("oauth", &Settings::oauth, "whose bearer tokens are taken, and the gateway's own")
          .optional("clusters", &Settings::clusters, "the systems that are called")
          .optional("store", &Settings::store, "where events, cursors and dead letters are kept")
          .optional("bus", &Settings::bus, "what carries the topics")
          .optional("topics", &Settings::topics, "what happens, by subject")
          .optional("subscriptions", &Settings::subscriptions, "which system is told about which topic")
          .optional("telemetry", &Settings::telemetry, "what is logged")
          .later("databases", "alerts", "jobs", "flows")
          .check([](const Settings& settings, const config::Node& file, config::Reading& reading) {
            if (settings.listeners.empty()) reading.error(file, "listeners: at least one is needed");
            std::set<std::string> names;
            for (const auto& listener : settings.listeners) {
              if (names.insert(*listener.name).second && *listener.name != "admin") continue;
              auto step = reading.resume(listener.name.path);
              reading.error(listener.name.position, "two listeners are called \"" + *listener.name + '"', "conflict");
            }
            check_names(settings.clusters, reading);
            check_buses(settings.bus, settings.topics, file, reading);
          });
  return keys;
}

const config::Keys<RouteLimitSettings>& RouteLimitSettings::keys() {
  static const auto keys =
      config::Keys<RouteLimitSettings>("limits of a route")
          .optional("request_body", &RouteLimitSettings::request_body, "the body of a request; more is 413")
          .optional("body_timeout", &RouteLimitSettings::body_timeout, "a whole body, in either direction");
  return keys;
}

const config::Keys<DefaultSettings>& DefaultSettings::keys() {
  static const auto keys = [] {
    config::Keys<DefaultSettings> made("defaults of a route file");
    add_base_keys(made).optional("http", &DefaultSettings::http, "every http adapter of the file starts from it");
    return made;
  }();
  return keys;
}

const config::Keys<RouteSettings>& RouteSettings::keys() {
  static const auto keys = [] {
    config::Keys<RouteSettings> made("route");
    made.required("name", &RouteSettings::name, "what logs and metrics call it")
        .required("match", &RouteSettings::match, "which calls it takes");
    add_base_keys(made)
        .optional("versions", &RouteSettings::versions, "only these of the file's versions")
        .optional("without", &RouteSettings::without, "plugins of the defaults that this route does without")
        .optional("from", &RouteSettings::from,
                  "by version: programs from its shapes of request and response to the newest and back")
        .required("adapter", &RouteSettings::adapter, "where the call goes")
        .optional("publish", &RouteSettings::publish, "the event that a successful call is")
        .later("on_unknown", "fallback", "shadow", "split", "trace", "default_version");
    return made;
  }();
  return keys;
}

const config::Keys<RouteFile>& RouteFile::keys() {
  static const auto keys = [] {
    config::Keys<RouteFile> made("route file");
    routing::add_api_keys(made)
        .optional("defaults", &RouteFile::defaults, "what every route of the file starts from")
        .required("routes", &RouteFile::routes, "the calls that are taken");
    return made;
  }();
  return keys;
}

}  // namespace causeway::app

namespace causeway::config {

bool Value<app::AuthSettings>::read_into(const Node& node, Reading& reading, app::AuthSettings& out, const Range*) {
  constexpr std::string_view kExpected = "none or {any: [signature, api_key]}";
  out.any.clear();
  if (node.is_scalar() && node.text() == "none") return true;
  // What is wrong is reported, but something was said: the route is not also told that `auth` is missing.
  const auto said = [&] {
    if (out.any.empty()) out.any.emplace_back();
    return true;
  };
  const Node* any = node.find("any");
  if (!node.is_mapping() || node.entries().size() != 1 || any == nullptr) {
    reading.expected(node, kExpected);
    return said();
  }
  auto step = reading.enter("any");
  if (any->is_scalar() && any->text() == "none") return true;
  if (!Value<std::vector<Placed<std::string>>>::read_into(*any, reading, out.any, nullptr)) return said();
  if (out.any.empty()) {
    reading.expected(*any, "a list of schemes such as [signature]");
    return said();
  }
  const std::vector<std::string_view> known = app::authenticator_names();
  for (const auto& scheme : out.any) {
    if (std::find(known.begin(), known.end(), *scheme) != known.end()) continue;
    auto inner = reading.resume(scheme.path);
    std::string names;
    for (const std::string_view name : known) (names += names.empty() ? "" : ", ") += name;
    reading.error(scheme.position, "expected one of " + names + "; got " + quote(*scheme) + suggestion(*scheme, known),
                  "expected");
  }
  return said();
}

}  // namespace causeway::config
