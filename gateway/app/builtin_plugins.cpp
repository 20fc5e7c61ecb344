#include "app/builtin_plugins.h"

#include <algorithm>

#include "plugins/envelope/envelope_plugin.h"
#include "plugins/publish/publish_plugin.h"
#include "plugins/rate_limit/rate_limit_plugin.h"

namespace causeway::app {
namespace {

/// What a limit's counters are kept by: the route's name and the place in its list, but not the route's place in the
/// file.
std::string limit_name(const std::string& route, const std::string& path) {
  const bool own = path.starts_with("routes[");
  return route + ' ' + (own ? path.substr(path.find('.') + 1) : path);
}

std::unique_ptr<const Plugin> build_rate_limit(const config::Tagged& tagged, const BuildContext& context) {
  const std::size_t before = context.reading.errors().error_count();
  const auto settings = config::read<resilience::RateSettings>(tagged, context.reading);
  const auto& auth = context.route.auth ? context.route.auth : context.defaults.auth;
  if (settings.per == resilience::Per::kConsumer && auth && auth->any.empty()) {
    auto step = context.reading.resume(tagged.path);
    context.reading.error(tagged.key, "per: consumer needs callers that prove who they are; this route has auth: none");
  }
  if (context.reading.errors().error_count() != before) return nullptr;
  const std::string& route = *context.route.name;
  telemetry::Counter refused =
      context.state.metrics.counter("causeway_rate_limited_total", "Calls refused by rate_limit.", {{"route", route}});
  return std::make_unique<plugins::RateLimitPlugin>(
      settings, context.state.rate_limits.get(limit_name(route, tagged.path), settings.per, context.consumers),
      refused);
}

std::unique_ptr<const Plugin> build_envelope(const config::Tagged& tagged, const BuildContext& context) {
  return std::make_unique<plugins::EnvelopePlugin>(config::read<plugins::EnvelopeSettings>(tagged, context.reading));
}

struct Row {
  std::string_view name;
  std::unique_ptr<const Plugin> (*build)(const config::Tagged&, const BuildContext&);  ///< null: not in this version
};

constexpr Row kPlugins[] = {
    {"rate_limit", build_rate_limit}, {"envelope", build_envelope}, {"idempotency", nullptr}, {"validate", nullptr},
    {"transform", nullptr},           {"headers", nullptr},
};

}  // namespace

std::unique_ptr<const Plugin> build_plugin(const config::Tagged& tagged, const BuildContext& context) {
  std::vector<std::string_view> names;
  for (const Row& row : kPlugins) {
    if (row.name == tagged.name && row.build != nullptr) return row.build(tagged, context);
    if (row.name == tagged.name) {
      context.reading.error(tagged.key, '"' + tagged.name + "\" is not in this version", "not_in_this_version");
      return nullptr;
    }
    names.push_back(row.name);
  }
  context.reading.error(
      tagged.key, "unknown plugin " + config::quote(tagged.name) + config::suggestion(tagged.name, names), "reference");
  return nullptr;
}

std::unique_ptr<const Plugin> build_publish(const config::Deferred& publish, const BuildContext& context) {
  auto step = context.reading.resume(publish.path);
  const auto settings = config::read<plugins::PublishSettings>(publish.node, context.reading);
  return plugins::PublishPlugin::build(settings, find_topic(settings.topic, context), context.state.log,
                                       context.reading);
}

}  // namespace causeway::app
