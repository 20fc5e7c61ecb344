// The commands of `causeway`, one file each. Each adds itself to the command line; the one that was chosen puts what it
// does into `chosen`, which outlives the parse.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace causeway::app::cli {

/// Exit codes: 0 all is well, 1 it failed while running, 2 the configuration or the command line is wrong.
constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrong = 2;

using Chosen = std::function<int()>;

void add_run_command(CLI::App& app, Chosen& chosen);
void add_check_command(CLI::App& app, Chosen& chosen);
void add_routes_command(CLI::App& app, Chosen& chosen);
void add_explain_command(CLI::App& app, Chosen& chosen);
void add_test_command(CLI::App& app, Chosen& chosen);
/// Schema and reference: what the configuration may say, for editors and for people.
void add_schema_command(CLI::App& app, Chosen& chosen);
void add_reference_command(CLI::App& app, Chosen& chosen);
void add_completion_command(CLI::App& app, Chosen& chosen);
void add_sign_command(CLI::App& app, Chosen& chosen);
void add_eval_command(CLI::App& app, Chosen& chosen);
/// Clusters, topics, subscriptions, versions, alerts, dead-letters and replay: those that talk to a running gateway.
void add_operate_commands(CLI::App& app, Chosen& chosen);

/// Parses the command line and runs the command.
int main(int argc, char** argv);

}  // namespace causeway::app::cli
