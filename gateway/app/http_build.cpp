#include "app/http_build.h"

namespace causeway::app {
namespace {

/// The route's keys over those of `defaults.http`.
adapters::HttpSettings read_http(const config::Tagged& tagged, const BuildContext& context) {
  adapters::HttpSettings settings = context.http_defaults;
  auto step = context.reading.resume(tagged.path);
  if (!tagged.settings.is_null()) adapters::HttpSettings::keys().read_into(tagged.settings, context.reading, settings);
  return settings;
}

}  // namespace

std::unique_ptr<adapters::HttpAdapter> build_http(const config::Tagged& tagged, const BuildContext& context,
                                                  const adapters::HttpUse& use) {
  const adapters::HttpSettings settings = read_http(tagged, context);
  config::Reading& reading = context.reading;
  if (settings.cluster->empty()) {
    auto step = reading.resume(tagged.path);
    reading.error(tagged.key, "missing \"cluster\" (the system to call)", "missing");
    return nullptr;
  }
  const auto found = context.clusters.find(*settings.cluster);
  if (found == context.clusters.end() && reading.errors().knows_all("cluster")) {
    std::vector<std::string_view> names;
    for (const auto& [name, cluster] : context.clusters) names.push_back(name);
    auto step = reading.resume(settings.cluster.path);
    reading.error(settings.cluster.position,
                  "unknown cluster " + config::quote(*settings.cluster) + config::suggestion(*settings.cluster, names),
                  "reference");
  }
  return adapters::HttpAdapter::build(settings, found == context.clusters.end() ? nullptr : found->second,
                                      context.matched, reading, context.secrets, use);
}

}  // namespace causeway::app
