// Completion for shells, made from the command line's own description: what the parser takes is what a shell offers.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace causeway::app::cli {

/// Scripts that complete commands, options, files where an option or an argument has the type FILE, and words where it
/// has `{a,b}`. They ask nothing of the program when they run.
std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);

}  // namespace causeway::app::cli
