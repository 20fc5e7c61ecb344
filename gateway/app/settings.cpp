#include "app/settings.h"

#include <algorithm>
#include <filesystem>

#include "adapters/http/http_adapter.h"
#include "app/builtin_adapters.h"
#include "app/builtin_authenticators.h"
#include "app/builtin_fallbacks.h"
#include "app/builtin_plugins.h"
#include "plugins/publish/publish_plugin.h"
#include "plugins/transform/body_programs.h"
#include "transactions/on_unknown_settings.h"

namespace causeway::app {
namespace {

/// The keys that a route and the defaults share.
template <class T>
config::Keys<T>& add_base_keys(config::Keys<T>& keys) {
  return keys
      .optional("auth", &RouteBaseSettings::auth, "none, or {any: [signature, oauth]}: how callers prove who they are")
      .optional("access", &RouteBaseSettings::access,
                "which of them may call, and from where; a route narrows what the defaults say")
      .optional("limits", &RouteBaseSettings::limits, "limits of bodies, instead of the listener's")
      .optional("plugins", &RouteBaseSettings::plugins,
                "steps that a call takes, in this order; a route's follow the defaults'")
      .holds(config::list_of(config::tagged("plugin", &describe_plugins)))
      .optional(
          "reply", &RouteBaseSettings::reply,
          "envelope: answers are wrapped in {code, message, data, details}; as_is: they pass as the system gave them");
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

const std::vector<config::Choice>& describe_checks() {
  static const std::vector<config::Choice> choices{{"http", "a call of a system: GET unless a method is said",
                                                    config::struct_of(&config::view_of<adapters::HttpSettings>)}};
  return choices;
}

/// With what its check may be, which the room of transactions does not know.
const config::KeysView& view_of_on_unknown() {
  static const config::KeysView view = [] {
    config::KeysView made = transactions::OnUnknownSettings::keys().view();
    for (config::KeyView& key : made.keys)
      if (key.name == "check") key.shape = config::tagged("check", &describe_checks);
    return made;
  }();
  return view;
}

}  // namespace

const config::Keys<NodeSettings>& NodeSettings::keys() {
  static const auto keys = config::Keys<NodeSettings>("node", "this process")
                               .optional("id", &NodeSettings::id, "name of this process in logs, metrics and events");
  return keys;
}

const config::Keys<ProcessLimitSettings>& ProcessLimitSettings::keys() {
  static const auto keys = config::Keys<ProcessLimitSettings>("limits of the server")
                               .optional("expressions", &ProcessLimitSettings::expressions,
                                         "what one run of a program of the configuration may use");
  return keys;
}

const config::Keys<ServerSettings>& ServerSettings::keys() {
  static const auto keys =
      config::Keys<ServerSettings>("server").optional("limits", &ServerSettings::limits, "how much may be used up");
  return keys;
}

std::string Settings::data_folder() const {
  const std::filesystem::path file(store.value_or(store::StoreSettings()).sqlite.path);
  return file.has_parent_path() ? file.parent_path().string() : ".";
}

const config::Keys<Settings>& Settings::keys() {
  static const auto keys =
      config::Keys<Settings>("operators' file")
          .optional("node", &Settings::node, "this process among others")
          .optional("server", &Settings::server, "what holds for every call, whichever listener it comes by")
          .required("listeners", &Settings::listeners, "where callers connect")
          .not_empty()
          .optional("admin", &Settings::admin, "where operators look: health, metrics, and the admin API")
          .optional("workers", &Settings::workers, "threads that serve calls; auto: one for each core")
          .range(1, 256)
          .optional("drain_timeout", &Settings::drain_timeout, "how long a stop waits for the calls that are in flight")
          .range(Duration(0), Duration(std::chrono::hours(24)))
          .optional("signing", &Settings::signing, "how signed calls are checked")
          .optional("versioning", &Settings::versioning, "rules that hold for the versions of every API")
          .optional("secrets", &Settings::secrets,
                    "by name: the only secrets that route files may use, as {{ secret:NAME }}")
          .optional("consumers", &Settings::consumers, "who may call")
          .optional("oauth", &Settings::oauth, "whose bearer tokens are taken, and the gateway's own token endpoint")
          .optional("clusters", &Settings::clusters, "the systems behind the gateway")
          .optional("store", &Settings::store,
                    "where events, cursors, dead letters and the history of the configuration are kept; none: nowhere")
          .optional("bus", &Settings::bus, "what carries the topics")
          .optional("topics", &Settings::topics, "kinds of events; routes publish to topics, subscriptions read them")
          .optional("subscriptions", &Settings::subscriptions, "which system is told about which topic")
          .optional("telemetry", &Settings::telemetry, "what is logged")
          .optional("reload", &Settings::reload, "when changed files are taken without being told to")
          .read_elsewhere("include", config::list_of(config::Value<std::string>::shape()),
                          "further files, as paths or patterns relative to this one: parts of it, and route files")
          .later("databases", "alerts", "jobs", "flows")
          .check([](const Settings& settings, const config::Node& file, config::Reading& reading) {
            if (const config::Node* const section = file.find("listeners");
                section != nullptr && settings.listeners.empty()) {
              auto step = reading.enter("listeners");
              reading.error(*section, "at least one is needed");
            }
            std::map<std::string, config::Position> names;
            for (const auto& listener : settings.listeners) {
              const auto [first, fresh] = names.emplace(*listener.name, listener.name.position);
              const bool reserved = *listener.name == "admin";
              if (fresh && !reserved) continue;
              auto step = reading.resume(listener.name.path);
              reading.error(listener.name.position,
                            reserved ? "\"admin\" is what the listener of `admin` is called"
                                     : "two listeners are called " + config::quote(*listener.name) + ", the first at " +
                                           first->second.to_text(),
                            "conflict");
            }
            check_names(settings.clusters, reading);
            if (!settings.wants_store() && !settings.topics.empty()) {
              const auto& name = settings.topics.front().name;
              auto step = reading.resume(name.path);
              reading.error(name.position, "topics need a store, and `store: none` says that there is none",
                            "conflict");
            }
            check_buses(settings.bus, settings.topics, file, reading);
          });
  return keys;
}

const config::Keys<RouteLimitSettings>& RouteLimitSettings::keys() {
  static const auto keys = config::Keys<RouteLimitSettings>("limits of a route")
                               .optional("request_body", &RouteLimitSettings::request_body,
                                         "size of a request's body; more is answered with 413")
                               .optional("body_timeout", &RouteLimitSettings::body_timeout,
                                         "how long a whole body may take, in either direction");
  return keys;
}

const config::Keys<DefaultSettings>& DefaultSettings::keys() {
  static const auto keys = [] {
    config::Keys<DefaultSettings> made("defaults of a route file");
    add_base_keys(made)
        .optional("http", &DefaultSettings::http, "what every http adapter of the file starts from")
        .holds(config::struct_of(&config::view_of<adapters::HttpSettings>));
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
        .optional("versions", &RouteSettings::versions, "the versions of the API that have this route")
        .by_default("all")
        .refers_to("version")
        .optional("without", &RouteSettings::without, "names of plugins of the defaults that this route leaves out")
        .refers_to("plugin")
        .optional(
            "from", &RouteSettings::from,
            "by version: how its requests become those of the newest version, and answers of the newest become its own")
        .holds(config::map_of(config::struct_of(&config::view_of<plugins::TransformSettings>)))
        .required("adapter", &RouteSettings::adapter, "where the call goes")
        .holds(config::tagged("adapter", &describe_adapters))
        .optional("publish", &RouteSettings::publish, "the event that is published when the call succeeds")
        .holds(config::struct_of(&config::view_of<plugins::PublishSettings>))
        .optional("fallback", &RouteSettings::fallback,
                  "what answers in the system's place when it fails: the first that has something")
        .holds(config::list_of(config::tagged("fallback", &describe_fallbacks)))
        .not_empty()
        .optional("on_unknown", &RouteSettings::on_unknown,
                  "whom to ask what became of a call that was sent and not answered")
        .holds(config::struct_of(&view_of_on_unknown))
        .later("shadow", "split", "trace", "default_version")
        .check([](const RouteSettings& route, const config::Node& node, config::Reading& reading) {
          const config::Node* const list = node.find("fallback");
          if (list == nullptr || !route.fallback.empty()) return;
          auto step = reading.enter("fallback");
          reading.expected(*list, "a list such as [{cached: {max_age: 6h}}]");
        });
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

expression::Surroundings surroundings_of(const Settings& settings, const Clock* clock) {
  return {settings.server.limits.expressions.limits(), clock, settings.telemetry.log.calls.bodies.mask};
}

}  // namespace causeway::app

namespace causeway::config {
namespace {

const KeysView& describe_any() {
  static const KeysView view = [] {
    std::vector<std::string> schemes;
    for (const std::string_view name : app::authenticator_names()) schemes.emplace_back(name);
    KeyView any;
    any.name = "any";
    Shape list = list_of(word(schemes));
    list.filled = true;
    any.shape = either("list of schemes, or none", {std::move(list), word({"none"})});
    any.prose = "the schemes that callers may use: one is enough";
    any.required = true;
    KeysView made{.title = "authentication"};
    made.keys.push_back(std::move(any));
    return made;
  }();
  return view;
}

}  // namespace

Shape Value<app::AuthSettings>::shape() {
  return either("none, or mapping", {word({"none"}), struct_of(&describe_any)});
}

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
  if (!node.is_mapping() || node.entries().empty()) {
    reading.expected(node, kExpected);
    return said();
  }
  for (const Node::Entry& entry : node.entries()) {
    if (entry.key.text() == "any") continue;
    auto step = reading.enter(entry.key.text());
    reading.error(entry.key, "unknown key " + quote(entry.key.text()) + "; the schemes are listed under \"any\"",
                  "unknown_key");
  }
  if (any == nullptr) return said();
  auto step = reading.enter("any");
  if (any->is_scalar() && any->text() == "none") return true;
  if (!Value<std::vector<Placed<std::string>>>::read_into(*any, reading, out.any, nullptr)) return said();
  if (out.any.empty()) {
    reading.expected(*any, "a list of schemes such as [signature]");
    return said();
  }
  const std::vector<std::string_view> known = app::authenticator_names();
  for (auto scheme = out.any.begin(); scheme != out.any.end(); ++scheme) {
    const bool again = std::any_of(out.any.begin(), scheme, [&](const auto& other) { return *other == **scheme; });
    if (again) reading.errors().add(scheme->position, scheme->path, quote(**scheme) + " is listed twice", "conflict");
  }
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
