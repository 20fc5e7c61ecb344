// What several commands do with their arguments and with the configuration.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "app/config_files.h"
#include "config/errors.h"
#include "net/endpoint_address.h"

namespace causeway::app::cli {

/// As the type of an argument: the words that a shell offers. Others are taken, too.
inline constexpr std::string_view kMethodWords = "{GET,POST,PUT,PATCH,DELETE,HEAD}";

/// `-c FILE`, repeated for overlays. `files` keeps its default when the option is absent, and is given it when empty.
CLI::Option* add_config_option(CLI::App& command, ConfigFiles& files,
                               const std::string& description = "the operators' file; repeated: overlays over it");

/// `text`, the content of `@file`, or of standard input for `@-`. False when the file cannot be read.
bool read_argument(const std::string& text, std::string& content);
/// Says what is wrong with the files: to people on standard error, to programs on standard output with the rows of
/// `check --json`. Gives the exit code.
int refuse(const config::Errors& errors, bool json);
/// The URL by which this machine reaches something that listens there.
std::string reachable_url(net::HostPort where, bool tls);

}  // namespace causeway::app::cli
