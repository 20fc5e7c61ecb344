#include "app/route_builder.h"

#include <algorithm>

#include "adapters/http/http_adapter.h"
#include "app/builtin_adapters.h"
#include "app/builtin_authenticators.h"
#include "app/builtin_fallbacks.h"
#include "app/builtin_plugins.h"
#include "app/guarded_build.h"
#include "app/route_checks.h"
#include "plugins/access/access_plugin.h"
#include "plugins/envelope/envelope_plugin.h"

namespace causeway::app {
namespace {

/// Base and path as one template, for the names of its parameters.
routing::PathTemplate joined(const routing::PathTemplate& base, const routing::PathTemplate& path) {
  const std::string front = base.text() == "/" ? "" : base.text();
  routing::TemplateError ignored;
  return routing::PathTemplate::parse(front + path.text(), ignored).value_or(path);
}

}  // namespace

RouteBuilder::RouteBuilder(ProcessState& state, const Settings& settings, SystemSecrets& system_secrets,
                           const security::ConsumerTable& consumers, const Clusters& clusters,
                           const events::TopicTable& topics, std::shared_ptr<security::ReplayTable> replays,
                           std::shared_ptr<const plugins::OauthAuthenticator> oauth,
                           std::shared_ptr<const expression::Surroundings> expressions, config::Errors& errors)
    : state_(state),
      settings_(settings),
      system_secrets_(system_secrets),
      consumers_(consumers),
      clusters_(clusters),
      topics_(topics),
      replays_(std::move(replays)),
      oauth_(std::move(oauth)),
      expressions_(std::move(expressions)),
      errors_(errors) {}

void RouteBuilder::add(const config::IncludedFile& file) {
  config::Reading reading(errors_, file.kind);
  const auto settings = config::read<RouteFile>(file.node, reading);
  const config::Node none;
  const config::Node* const defaults = file.node.find("defaults");
  Start start{settings, defaults != nullptr ? *defaults : none, {}, {}};
  if (settings.defaults.http) {
    auto step = reading.resume(settings.defaults.http->path);
    adapters::HttpSettings::keys().read_into(settings.defaults.http->node, reading, start.http);
  }
  if (settings.defaults.access) start.access = security::AccessRule(*settings.defaults.access, consumers_, errors_);
  apis_.push_back({settings, file.node});
  check_auth_said(settings, errors_);
  for (const auto& route : settings.routes) add_route(start, route, reading);
}

void RouteBuilder::add(std::vector<BuiltinRoute> routes, const config::Node& main_file) {
  if (routes.empty()) return;
  routing::ApiSettings api;
  api.api = "oauth";
  apis_.push_back({std::move(api), main_file});
  for (BuiltinRoute& route : routes) {
    routing::RouteSpec spec;
    spec.index = static_cast<std::uint32_t>(routes_.size());
    spec.api = static_cast<std::uint32_t>(apis_.size() - 1);
    spec.name = route.name;
    spec.match = {route.methods, std::move(route.path)};
    spec.position = route.position;
    spec.path = std::move(route.origin);
    routes_.push_back(std::move(spec));
    RouteContext context;
    context.name = std::move(route.name);
    context.api = "oauth";
    context.wrapped = false;
    plans_.push_back(std::make_unique<pipeline::RoutePlan>(
        std::move(context), std::vector<std::unique_ptr<const Plugin>>(), std::move(route.adapter)));
    EffectiveRoute record;
    record.settings = {{"auth", "none", {}}, {"reply", "as_is", {}}};
    record.adapter = "token";
    records_.push_back(std::move(record));
  }
}

void RouteBuilder::add_route(const Start& start, const config::Placed<RouteSettings>& route, config::Reading& reading) {
  // Parameters of a path that could not be read are nobody's mistake.
  const routing::PathTemplate matched = route->match.sound && route->match.methods != routing::Methods::kNone
                                            ? joined(start.file.base, route->match.path)
                                            : routing::PathTemplate::unknown();
  ChainBuilder chain;
  auto rules = std::make_shared<transactions::RouteRules>();
  const BuildContext context{state_,      reading,    consumers_,
                             clusters_,   topics_,    start.file.defaults,
                             start.http,  *route,     route.position,
                             matched,     start.file, [this](std::string_view name) { return find_secret(name); },
                             rules,       chain,      system_secrets_,
                             expressions_};
  RouteContext out;
  out.name = *route->name;
  out.api = start.file.api;
  out.expressions = expressions_;
  auto step = reading.resume(route.path);
  std::unique_ptr<const Adapter> adapter = build_adapter(route->adapter, context);
  const Adapter* const called = adapter.get();
  adapter = add_fallbacks(std::move(adapter), route.node, start.defaults, context);
  check_limits(start.file.defaults.limits, route, errors_);
  check_parameters(route, matched, errors_);
  const RouteSources sources(route.node, start.defaults);
  build_chain(context, start.access, sources, out, chain);
  adapter = build_guarded(std::move(adapter), called, context, settings_, sources, out, chain);

  routing::RouteSpec spec;
  spec.index = static_cast<std::uint32_t>(routes_.size());
  spec.api = static_cast<std::uint32_t>(apis_.size() - 1);
  spec.name = out.name;
  spec.match = route->match;
  spec.versions = route->versions;
  if (const config::Node* versions = route.node.find("versions"))
    for (const config::Node& version : versions->items()) spec.version_places.push_back(version.position());
  spec.position = route.position;
  spec.path = route.path;
  // A route whose settings could not be read would only add errors about its defaults.
  const bool readable = !out.name.empty() && route->match.sound && route->match.methods != routing::Methods::kNone;
  if (!readable) return;
  routes_.push_back(std::move(spec));
  EffectiveRoute& record = records_.emplace_back();
  record.settings = settings_of(context, sources);
  describe_adapter(route->adapter.node, start.file.defaults, record);
  record.chain = chain.take_steps();
  record.settings.shrink_to_fit();
  if (adapter)
    plans_.push_back(std::make_unique<pipeline::RoutePlan>(std::move(out), chain.take_plugins(), std::move(adapter)));
  else plans_.push_back(nullptr);
}

void RouteBuilder::build_chain(const BuildContext& context, const security::AccessRule& defaults_access,
                               const RouteSources& sources, RouteContext& out, ChainBuilder& chain) {
  const RouteSettings& route = context.route;
  const DefaultSettings& defaults = context.defaults;
  out.wrapped = route.reply.value_or(defaults.reply.value_or(Reply::kEnvelope)) == Reply::kEnvelope;
  out.request_body = route.limits.request_body ? route.limits.request_body : defaults.limits.request_body;
  out.body_timeout = route.limits.body_timeout ? route.limits.body_timeout : defaults.limits.body_timeout;

  // The order of the chain (design: details.md): authentication, access, `from`, publish, then the route's own steps.
  // The envelope stands first, so that on the way out it is the last.
  const auto& auth = route.auth ? route.auth : defaults.auth;
  if (auth && !auth->any.empty())
    chain.add(build_authentication(*auth, out), {"authentication", text_of(*auth), sources.of("auth")});

  const security::AccessRule own =
      route.access ? security::AccessRule(*route.access, consumers_, errors_) : security::AccessRule();
  const bool narrows =
      !route.access || !defaults.access || check_narrows(*defaults.access, *route.access, consumers_, errors_);
  config::Errors known;  // what loosens has been reported; that nobody is left would only follow
  security::AccessRule rule = security::AccessRule::narrow(defaults_access, own, narrows ? errors_ : known);
  if (auth && !auth->any.empty()) check_schemes(*auth, rule, route.name, settings_, consumers_, errors_);
  if (rule.asks_for_consumer() && auth && auth->any.empty())
    errors_.warn(context.route.name.position, context.route.name.path,
                 "access asks who is calling, but `auth: none` lets nobody say it: every call is refused", "conflict");
  else check_opened(defaults, route, sources.of("auth").at, errors_);
  if (rule.asks_for_consumer() || rule.asks_for_address())
    chain.add(std::make_unique<plugins::AccessPlugin>(std::move(rule)),
              access_step(context.route, context.defaults, sources));
  // On the way out the event is made behind the route's own steps and before `from` gives the answer an older shape.
  if (route.from)
    chain.add(build_from(*route.from, context), {"from", text_of_from(route.from->node), sources.of_route("from")});
  if (route.publish)
    chain.add(build_publish(*route.publish, context),
              {"publish", text_of_publish(route.publish->node), sources.of_route("publish")});
  out.publishes = route.publish.has_value();
  if (route.publish && !out.wrapped)
    errors_.warn(route.publish->node.position(), route.publish->path,
                 "with `reply: as_is` the answer's body is still gathered whole: the event is made from it",
                 "conflict");
  add_plugins(context, sources, chain);
  if (out.wrapped && !chain.has("envelope"))
    chain.add_first(std::make_unique<plugins::EnvelopePlugin>(plugins::EnvelopeSettings{}),
                    {"envelope", text_of_plugin("envelope", {}), {}});
}

std::vector<EffectiveKey> RouteBuilder::settings_of(const BuildContext& context, const RouteSources& sources) {
  const RouteSettings& route = context.route;
  const DefaultSettings& defaults = context.defaults;
  std::vector<EffectiveKey> settings;
  if (const auto& auth = route.auth ? route.auth : defaults.auth)
    settings.push_back({"auth", text_of(*auth), sources.of("auth")});
  const Reply reply = route.reply.value_or(defaults.reply.value_or(Reply::kEnvelope));
  settings.push_back({"reply", std::string(config::name_of(reply)), sources.of("reply")});
  const auto add_limit = [&]<class T>(const char* name, std::optional<T> RouteLimitSettings::*member) {
    const bool own = (route.limits.*member).has_value();
    const std::optional<T>& value = own ? route.limits.*member : defaults.limits.*member;
    if (!value) return;
    settings.push_back(
        {name, config::TextForm<T>::format(*value), own ? sources.of_route("limits") : sources.of_defaults("limits")});
  };
  add_limit("limits.request_body", &RouteLimitSettings::request_body);
  add_limit("limits.body_timeout", &RouteLimitSettings::body_timeout);
  if (!route.fallback.empty())
    settings.push_back({"fallback", text_of_fallbacks(route.fallback), sources.of_route("fallback")});
  if (route.on_unknown) describe_unknown(route.on_unknown->node, defaults, settings);
  return settings;
}

std::optional<std::string> RouteBuilder::find_secret(std::string_view name) {
  used_secrets_.emplace(name);
  const auto found = settings_.secrets.find(std::string(name));
  if (found == settings_.secrets.end()) return std::nullopt;
  return std::string(found->second.reveal());
}

std::unique_ptr<const Plugin> RouteBuilder::build_authentication(const AuthSettings& auth, RouteContext& out) {
  out.authenticates = true;
  std::vector<plugins::AuthenticationPlugin::Scheme> schemes;
  for (const auto& name : auth.any) {
    std::shared_ptr<const Authenticator> authenticator =
        build_authenticator(*name, {settings_, state_, consumers_, replays_, oauth_});
    if (!authenticator && *name == "oauth" && errors_.knows_all("provider"))
      errors_.add(name.position, name.path, "no provider can vouch for tokens: `oauth.providers` is empty",
                  "reference");
    if (!authenticator) continue;  // already reported
    if (!out.challenge.empty()) out.challenge += ", ";
    out.challenge += authenticator->challenge();
    const telemetry::LabelId label = state_.metrics.intern(authenticator->scheme());
    schemes.push_back({std::move(authenticator), label});
  }
  return std::make_unique<plugins::AuthenticationPlugin>(std::move(schemes), state_.authentication);
}

void RouteBuilder::add_plugins(const BuildContext& context, const RouteSources& sources, ChainBuilder& chain) {
  std::vector<std::string> without;
  for (const auto& name : context.route.without) without.push_back(*name);
  std::vector<std::string> dropped;
  StepChecks checks(context.route.reply.value_or(context.defaults.reply.value_or(Reply::kEnvelope)) == Reply::kEnvelope,
                    errors_);
  for (const auto* list : {&context.defaults.plugins, &context.route.plugins}) {
    const bool of_defaults = list == &context.defaults.plugins;
    for (const config::Deferred& item : *list) {
      auto step = context.reading.resume(item.path);
      const auto tagged = config::read_tagged(item.node, context.reading);
      if (!tagged) continue;
      EffectiveStep record{tagged->name,
                           text_of_plugin(tagged->name, tagged->settings),
                           {of_defaults ? Origin::kDefaults : Origin::kRoute, tagged->key.position()}};
      if (of_defaults && std::find(without.begin(), without.end(), tagged->name) != without.end()) {
        dropped.push_back(tagged->name);
        record.also = sources.of_route("without");
        chain.add_removed(std::move(record));
        continue;
      }
      checks.add(*tagged);
      std::unique_ptr<const Plugin> plugin = build_plugin(*tagged, context);
      if (tagged->name == "envelope") chain.add_first(std::move(plugin), std::move(record));
      else chain.add(std::move(plugin), std::move(record));
    }
  }
  check_without(context.route.without, dropped, context.defaults.plugins, errors_);
}

void RouteBuilder::finish(pipeline::Snapshot& snapshot) {
  snapshot.routes = table_ =
      routing::RouteTable::build(apis_, routes_, settings_.versioning, errors_, &state_.versions);
  if (!snapshot.routes || errors_.failed()) return;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    pipeline::RoutePlan& plan = *plans_[i];
    plan.label = state_.metrics.intern(plan.context.name);
    for (const auto& row : names(CallClass{}))
      plan.outcomes[static_cast<std::size_t>(row.value)] = state_.metrics.counter(
          "causeway_request_outcomes_total",
          "What calls came to: success, business (the caller's failure), system (ours or the system's).",
          {{"route", plan.context.name}, {"outcome", std::string(row.text)}});
    const auto add_version = [&](const routing::Version* version) {
      const std::string name = version != nullptr ? version->name() : "";
      plan.versions.push_back({version, version != nullptr ? state_.metrics.intern(name) : telemetry::LabelId::kEmpty,
                               state_.metrics.histogram("causeway_request_duration_seconds",
                                                        "From the first byte of a call to the last of its answer.",
                                                        {{"route", plan.context.name}, {"version", name}})});
    };
    const auto versions = snapshot.routes->versions(routes_[i].api);
    for (const routing::Version& version : versions) add_version(&version);
    if (versions.empty()) add_version(nullptr);
    snapshot.plans.push_back(std::move(plans_[i]));
  }
}

std::shared_ptr<const EffectiveRoutes> RouteBuilder::take_record() {
  auto record = std::make_shared<EffectiveRoutes>();
  record->apis = std::move(apis_);
  for (routing::ApiSpec& api : record->apis) api.file = config::Node();  // a file's text is not needed any more
  record->specs = std::move(routes_);
  record->routes = std::move(records_);
  record->versioning = settings_.versioning;
  record->table = std::move(table_);
  return record;
}

}  // namespace causeway::app
