#include "app/route_builder.h"

#include <algorithm>

#include "adapters/http/http_adapter.h"
#include "app/builtin_adapters.h"
#include "app/builtin_authenticators.h"
#include "app/builtin_plugins.h"
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

/// Why nobody can call by this scheme; empty when somebody can.
std::string_view why_unused(std::string_view scheme, const Settings& settings,
                            const security::ConsumerTable& consumers) {
  if (scheme == "webhook" && consumers.webhooks().empty()) return "no consumer has a `webhook`";
  const bool asked = std::ranges::any_of(settings.listeners, [](const server::ListenerSettings& listener) {
    return listener.tls && listener.tls->client_ca;
  });
  if (scheme == "mtls" && !asked) return "no listener asks for client certificates: set `tls.client_ca`";
  return {};
}

}  // namespace

RouteBuilder::RouteBuilder(ProcessState& state, const Settings& settings, const security::ConsumerTable& consumers,
                           const Clusters& clusters, const events::TopicTable& topics,
                           std::shared_ptr<security::ReplayTable> replays,
                           std::shared_ptr<const plugins::OauthAuthenticator> oauth, config::Errors& errors)
    : state_(state),
      settings_(settings),
      consumers_(consumers),
      clusters_(clusters),
      topics_(topics),
      replays_(std::move(replays)),
      oauth_(std::move(oauth)),
      errors_(errors) {}

void RouteBuilder::add(const config::IncludedFile& file) {
  config::Reading reading(errors_, file.kind);
  const auto settings = config::read<RouteFile>(file.node, reading);
  Start start{settings, {}, {}};
  if (settings.defaults.http) {
    auto step = reading.resume(settings.defaults.http->path);
    adapters::HttpSettings::keys().read_into(settings.defaults.http->node, reading, start.http);
  }
  if (settings.defaults.access) start.access = security::AccessRule(*settings.defaults.access, consumers_, errors_);
  apis_.push_back({settings, file.node});
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
  }
}

void RouteBuilder::add_route(const Start& start, const config::Placed<RouteSettings>& route, config::Reading& reading) {
  const routing::PathTemplate matched = joined(start.file.base, route->match.path);
  const BuildContext context{state_,     reading,    consumers_,
                             clusters_,  topics_,    start.file.defaults,
                             start.http, *route,     route.position,
                             matched,    start.file, [this](std::string_view name) { return find_secret(name); }};
  RouteContext out;
  out.name = *route->name;
  out.api = start.file.api;
  auto step = reading.resume(route.path);
  std::unique_ptr<const Adapter> adapter = build_adapter(route->adapter, context);
  std::vector<std::unique_ptr<const Plugin>> chain = build_chain(context, start.access, out);

  routing::RouteSpec spec;
  spec.index = static_cast<std::uint32_t>(routes_.size());
  spec.api = static_cast<std::uint32_t>(apis_.size() - 1);
  spec.name = out.name;
  spec.match = route->match;
  spec.versions = route->versions;
  spec.position = route.position;
  spec.path = route.path;
  // A route whose settings could not be read would only add errors about its defaults.
  const bool readable = !out.name.empty() && route->match.methods != routing::Methods::kNone;
  if (!readable) return;
  routes_.push_back(std::move(spec));
  if (adapter)
    plans_.push_back(std::make_unique<pipeline::RoutePlan>(std::move(out), std::move(chain), std::move(adapter)));
  else plans_.push_back(nullptr);
}

std::vector<std::unique_ptr<const Plugin>> RouteBuilder::build_chain(const BuildContext& context,
                                                                     const security::AccessRule& defaults_access,
                                                                     RouteContext& out) {
  std::vector<std::unique_ptr<const Plugin>> chain;
  const RouteSettings& route = context.route;
  const DefaultSettings& defaults = context.defaults;
  out.wrapped = route.reply.value_or(defaults.reply.value_or(Reply::kEnvelope)) == Reply::kEnvelope;
  out.request_body = route.limits.request_body ? route.limits.request_body : defaults.limits.request_body;
  out.body_timeout = route.limits.body_timeout ? route.limits.body_timeout : defaults.limits.body_timeout;

  // The order of the chain (design: details.md): authentication, access, `from`, publish, then the route's own steps.
  // The envelope stands first, so that on the way out it is the last.
  std::vector<std::unique_ptr<const Plugin>> own;
  bool has_envelope = false;
  add_plugins(context, own, has_envelope);
  if (out.wrapped && !has_envelope)
    chain.push_back(std::make_unique<plugins::EnvelopePlugin>(plugins::EnvelopeSettings{}));

  const auto& auth = route.auth ? route.auth : defaults.auth;
  if (!auth) context.reading.error(context.position, "missing \"auth\": say who may call, or `auth: none`", "missing");
  else if (!auth->any.empty()) chain.push_back(build_authentication(*auth, out));

  security::AccessRule rule = security::AccessRule::narrow(
      defaults_access, route.access ? security::AccessRule(*route.access, consumers_, errors_) : security::AccessRule(),
      errors_);
  if (rule.asks_for_consumer() && auth && auth->any.empty())
    errors_.warn(context.route.name.position, context.route.name.path,
                 "access asks who is calling, but `auth: none` lets nobody say it: every call is refused", "conflict");
  if (rule.asks_for_consumer() || rule.asks_for_address())
    chain.push_back(std::make_unique<plugins::AccessPlugin>(std::move(rule)));
  // On the way out the event is made behind the route's own steps and before `from` gives the answer an older shape.
  if (route.from)
    if (auto from = build_from(*route.from, context)) chain.push_back(std::move(from));
  if (route.publish)
    if (auto publish = build_publish(*route.publish, context)) chain.push_back(std::move(publish));
  out.publishes = route.publish.has_value();
  for (auto& plugin : own) chain.push_back(std::move(plugin));
  return chain;
}

std::optional<std::string> RouteBuilder::find_secret(std::string_view name) const {
  const auto found = settings_.secrets.find(std::string(name));
  if (found == settings_.secrets.end()) return std::nullopt;
  return std::string(found->second.reveal());
}

std::unique_ptr<const Plugin> RouteBuilder::build_authentication(const AuthSettings& auth, RouteContext& out) {
  std::vector<plugins::AuthenticationPlugin::Scheme> schemes;
  for (const auto& name : auth.any) {
    std::shared_ptr<const Authenticator> authenticator =
        build_authenticator(*name, {settings_, state_, consumers_, replays_, oauth_});
    if (!authenticator && *name == "oauth")
      errors_.add(name.position, name.path, "no provider can vouch for tokens: `oauth.providers` is empty",
                  "reference");
    if (!authenticator) continue;  // already reported
    const std::string_view unused = why_unused(*name, settings_, consumers_);
    if (!unused.empty()) errors_.warn(name.position, name.path, std::string(unused), "reference");
    if (!out.challenge.empty()) out.challenge += ", ";
    out.challenge += authenticator->challenge();
    const telemetry::LabelId label = state_.metrics.intern(authenticator->scheme());
    schemes.push_back({std::move(authenticator), label});
  }
  return std::make_unique<plugins::AuthenticationPlugin>(std::move(schemes), state_.authentication);
}

void RouteBuilder::add_plugins(const BuildContext& context, std::vector<std::unique_ptr<const Plugin>>& chain,
                               bool& has_envelope) {
  std::vector<std::string> without;
  for (const auto& name : context.route.without) without.push_back(*name);
  std::vector<std::string> dropped;
  for (const auto* list : {&context.defaults.plugins, &context.route.plugins}) {
    for (const config::Deferred& item : *list) {
      auto step = context.reading.resume(item.path);
      const auto tagged = config::read_tagged(item.node, context.reading);
      if (!tagged) continue;
      if (list == &context.defaults.plugins &&
          std::find(without.begin(), without.end(), tagged->name) != without.end()) {
        dropped.push_back(tagged->name);
        continue;
      }
      has_envelope = has_envelope || tagged->name == "envelope";
      std::unique_ptr<const Plugin> plugin = build_plugin(*tagged, context);
      if (!plugin) continue;
      if (tagged->name == "envelope") chain.insert(chain.begin(), std::move(plugin));
      else chain.push_back(std::move(plugin));
    }
  }
  for (const auto& name : context.route.without) {
    if (std::find(dropped.begin(), dropped.end(), *name) != dropped.end()) continue;
    auto step = context.reading.resume(name.path);
    context.reading.error(name.position, "the defaults have no plugin " + config::quote(*name), "reference");
  }
}

void RouteBuilder::finish(pipeline::Snapshot& snapshot) {
  snapshot.routes = routing::RouteTable::build(apis_, routes_, settings_.versioning, errors_);
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

}  // namespace causeway::app
