#include <cstdio>

#include "app/cli/commands.h"
#include "app/compilation.h"

namespace causeway::app::cli {

int check(const CheckOptions& options) {
  telemetry::Metrics metrics;
  const SystemClock clock;
  ProcessState state({}, metrics, clock);
  config::Errors errors;
  const std::optional<Compiled> compiled = compile(read_files(options.config, errors), state, errors);
  if (options.json) {
    std::puts(errors.to_json().c_str());
  } else {
    std::fputs(errors.to_text().c_str(), stdout);
    if (compiled)
      std::printf("ok: %zu routes, %zu clusters, %zu consumers\n", compiled->snapshot->plans.size(),
                  compiled->settings.clusters.size(), compiled->settings.consumers.size());
  }
  return compiled ? kOk : kWrong;
}

}  // namespace causeway::app::cli
