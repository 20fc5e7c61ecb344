#include "app/builtin_plugins.h"

#include <algorithm>

#include "app/builtin_rows.h"
#include "app/chain_builder.h"
#include "plugins/envelope/envelope_plugin.h"
#include "plugins/headers/headers_plugin.h"
#include "plugins/idempotency/idempotency_plugin.h"
#include "plugins/publish/publish_plugin.h"
#include "plugins/rate_limit/rate_limit_plugin.h"
#include "plugins/transform/from_plugin.h"
#include "plugins/transform/transform_plugin.h"
#include "plugins/validate/validate_plugin.h"

namespace causeway::app {
namespace {

/// What a limit's counters are kept by: the route's name and which of its limits it is, those of the defaults first.
/// Neither the route's place in the file, nor other steps, nor whether the defaults give it makes another of it.
std::string limit_name(const BuildContext& context) {
  return *context.route.name + " rate_limit " + std::to_string(context.chain.count("rate_limit"));
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
      settings, context.state.rate_limits.get(limit_name(context), settings.per, context.consumers), refused);
}

std::unique_ptr<const Plugin> build_envelope(const config::Tagged& tagged, const BuildContext& context) {
  return std::make_unique<plugins::EnvelopePlugin>(config::read<plugins::EnvelopeSettings>(tagged, context.reading));
}

std::unique_ptr<const Plugin> build_transform(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<plugins::TransformSettings>(tagged, context.reading);
  return std::make_unique<plugins::TransformPlugin>(settings, context.reading.errors());
}

std::unique_ptr<const Plugin> build_headers(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<plugins::HeadersSettings>(tagged, context.reading);
  return std::make_unique<plugins::HeadersPlugin>(settings, context.reading.errors(), context.secrets);
}

/// Says why callers of this version have no use for a shape of their own; empty when they may have one.
std::string not_a_version(const std::string& name, const BuildContext& context) {
  if (context.api.versions.empty()) return "the file has no versions";
  if (!context.api.versions.contains(name)) {
    std::vector<std::string_view> names;
    for (const auto& [known, ignored] : context.api.versions) names.push_back(known);
    return "unknown version " + config::quote(name) + config::suggestion(name, names);
  }
  const std::vector<std::string>& own = context.route.versions;
  if (own.empty() || std::find(own.begin(), own.end(), name) != own.end()) return {};
  return "the route has no version " + config::quote(name);
}

std::unique_ptr<const Plugin> build_validate(const config::Tagged& tagged, const BuildContext& context) {
  auto settings = config::read<plugins::ValidateSettings>(tagged, context.reading);
  if (!settings.schema.schema) return nullptr;
  return std::make_unique<plugins::ValidatePlugin>(std::move(*settings.schema.schema));
}

/// What keeps calls needs to know whose they are, and a place to keep them.
std::unique_ptr<const Plugin> build_idempotency(const config::Tagged& tagged, const BuildContext& context) {
  const auto settings = config::read<plugins::IdempotencySettings>(tagged, context.reading);
  const auto& auth = context.route.auth ? context.route.auth : context.defaults.auth;
  auto step = context.reading.resume(tagged.path);
  if (auth && auth->any.empty())
    context.reading.error(tagged.key, "a key belongs to a caller, and with `auth: none` nobody knows who calls",
                          "conflict");
  if (context.chain.has("idempotency")) context.reading.error(tagged.key, "is listed twice", "conflict");
  context.rules->makes_key = !settings.key->empty();
  if (context.rules->makes_key && settings.key->find("{{") == std::string::npos)
    context.reading.errors().warn(settings.key.position, settings.key.path,
                                  "is the same for every call: all calls of a consumer would be one", "conflict");
  return std::make_unique<plugins::IdempotencyPlugin>(settings, context.rules, context.reading.errors());
}

struct Row {
  std::string_view name;
  std::unique_ptr<const Plugin> (*build)(const config::Tagged&, const BuildContext&);  ///< null: not in this version
  const config::KeysView& (*keys)() = nullptr;
  std::string_view prose{};
};

constexpr Row kPlugins[] = {
    {"rate_limit", build_rate_limit, &config::view_of<resilience::RateSettings>, "admits so many calls in a time"},
    {"envelope", build_envelope, &config::view_of<plugins::EnvelopeSettings>,
     "wraps answers in {code, message, data, details}; every route has it, this sets its limit"},
    {"idempotency", build_idempotency, &config::view_of<plugins::IdempotencySettings>,
     "answers a call that comes again with its key as it was answered before"},
    {"validate", build_validate, &config::view_of<plugins::ValidateSettings>,
     "refuses bodies that do not fit a JSON Schema"},
    {"transform", build_transform, &config::view_of<plugins::TransformSettings>, "gives bodies another shape"},
    {"headers", build_headers, &config::view_of<plugins::HeadersSettings>, "sets and removes header fields"},
};

}  // namespace

const std::vector<config::Choice>& describe_plugins() {
  static const std::vector<config::Choice> choices = describe(kPlugins);
  return choices;
}

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

std::unique_ptr<const Plugin> build_from(const config::Deferred& from, const BuildContext& context) {
  config::Reading& reading = context.reading;
  auto step = reading.resume(from.path);
  if (!from.node.is_mapping() || from.node.entries().empty()) {
    reading.expected(from.node, "versions such as {v1: {request: …, response: …}}");
    return nullptr;
  }
  auto plugin = std::make_unique<plugins::FromPlugin>();
  for (const auto& entry : from.node.entries()) {
    const std::string& version = entry.key.text();
    auto inner = reading.enter(version);
    if (std::string problem = not_a_version(version, context); !problem.empty())
      reading.error(entry.key, std::move(problem), "reference");
    plugin->add(version, config::read<plugins::TransformSettings>(entry.value, reading), reading.errors());
  }
  return plugin;
}

std::unique_ptr<const Plugin> build_publish(const config::Deferred& publish, const BuildContext& context) {
  auto step = context.reading.resume(publish.path);
  const auto settings = config::read<plugins::PublishSettings>(publish.node, context.reading);
  return plugins::PublishPlugin::build(settings, find_topic(settings.topic, context), context.state.log,
                                       context.reading);
}

}  // namespace causeway::app
