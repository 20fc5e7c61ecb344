#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/explain/inspection.h"
#include "app/explain/route_text.h"
#include "core/json_object.h"

namespace causeway::app::cli {
namespace {

struct RoutesOptions {
  ConfigFiles config;
  std::string api;
  bool json = false;
};

/// False when there is no such API, which is said.
bool knows_api(const EffectiveRoutes& all, const std::string& wanted) {
  std::vector<std::string_view> names;
  for (const routing::ApiSpec& api : all.apis) names.push_back(api.settings.api);
  if (std::ranges::find(names, wanted) != names.end()) return true;
  std::fprintf(stderr, "causeway: --api: no API is called %s%s\n", config::quote(wanted).c_str(),
               config::suggestion(wanted, names).c_str());
  return false;
}

int routes(const RoutesOptions& options) {
  const WallTime now = SystemClock().wall();
  config::Errors errors;
  const std::unique_ptr<Inspection> inspection = Inspection::open(options.config, now, errors);
  if (!inspection) return refuse(errors, options.json);
  const EffectiveRoutes& all = *inspection->compiled().routes;
  if (!options.api.empty() && !knows_api(all, options.api)) return kWrong;
  std::vector<std::vector<std::string>> rows{route_headings()};
  JsonArray items;
  for (std::size_t i = 0; i < all.routes.size(); ++i) {
    if (!options.api.empty() && all.api_of(i).api != options.api) continue;
    if (options.json) items.raw(route_json(all, i, now));
    else rows.push_back(route_row(all, i, now));
  }
  if (options.json) std::puts(items.done().c_str());
  else std::fputs(columns(rows).c_str(), stdout);
  return kOk;
}

}  // namespace

void add_routes_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<RoutesOptions>();
  CLI::App* const command =
      app.add_subcommand("routes", "Which calls are taken, what each passes through, and where that is written.");
  add_config_option(*command, options->config);
  command->add_option("--api", options->api, "only those of this API");
  command->add_flag("--json", options->json, "all that is known of each: chain, adapter, file:line of every part");
  command->footer("Example: causeway routes -c config/causeway.yaml --api orders");
  command->callback([options, &chosen] { chosen = [options] { return routes(*options); }; });
}

}  // namespace causeway::app::cli
