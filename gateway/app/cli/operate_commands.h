// The command line of the commands that talk to a running gateway.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace causeway::app::cli {

/// Adds topics, subscriptions, dead-letters and replay to `app`; the one that was chosen puts what it does into
/// `chosen`, which outlives the parse.
void add_operate_commands(CLI::App& app, std::function<int()>& chosen);

}  // namespace causeway::app::cli
