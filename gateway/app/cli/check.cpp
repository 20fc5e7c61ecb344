#include <cstdio>

#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/compilation.h"

namespace causeway::app::cli {
namespace {

struct CheckOptions {
  ConfigFiles config;
  bool json = false;
};

int check(const CheckOptions& options) {
  telemetry::Metrics metrics;
  const SystemClock clock;
  ProcessState state({}, metrics, clock);
  config::Errors errors;
  const std::optional<Compiled> compiled = compile(read_files(options.config, errors), state, errors);
  if (options.json) {
    std::puts(errors.to_json().c_str());
  } else {
    std::fputs(errors.to_report().c_str(), stdout);
    if (compiled)
      std::printf("ok: %zu routes, %zu clusters, %zu consumers\n", compiled->snapshot->plans.size(),
                  compiled->settings.clusters.size(), compiled->settings.consumers.size());
  }
  return compiled ? kOk : kWrong;
}

}  // namespace

void add_check_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* const command =
      app.add_subcommand("check", "Say everything that is wrong with a configuration; exit 0 or 2.");
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "rows of {file, line, column, path, code, message, severity}");
  command->footer("Example: causeway check -c config/causeway.yaml --json | jq .");
  command->callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

}  // namespace causeway::app::cli
