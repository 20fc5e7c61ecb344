// `causeway eval`: tries an expression of the configuration on a JSON text, with the limits of the gateway.
#pragma once

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): its own
class App;
}

namespace causeway::app::cli {

/// Adds the command. `action` is set when it is the one that was asked for; it gives the exit code: 0, 1 when the
/// program fails while it runs, 2 when it does not compile.
void add_eval_command(CLI::App& app, std::function<int()>& action);

}  // namespace causeway::app::cli
