#include "app/cli/arguments.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/cli/commands.h"

namespace causeway::app::cli {

CLI::Option* add_config_option(CLI::App& command, ConfigFiles& files, const std::string& description) {
  if (files.empty()) files = {"config/causeway.yaml"};
  return command.add_option("-c,--config", files, description)
      ->type_name("FILE")
      ->default_str(names_of(files))
      ->expected(1)
      ->allow_extra_args(false)  // what follows is an argument of the command
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

bool read_argument(const std::string& text, std::string& content) {
  if (!text.starts_with('@')) {
    content = text;
    return true;
  }
  if (text == "@-") {
    content.assign(std::istreambuf_iterator<char>(std::cin), {});
    return true;
  }
  std::error_code none;
  if (std::filesystem::is_directory(text.substr(1), none)) return false;
  std::ifstream file(text.substr(1), std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

int refuse(const config::Errors& errors, bool json) {
  if (json) std::puts(errors.to_json().c_str());
  else std::fputs(errors.to_report().c_str(), stderr);
  return kWrong;
}

std::string reachable_url(net::HostPort where, bool tls) {
  if (where.host == "0.0.0.0" || where.host == "::") where.host = "127.0.0.1";
  return (tls ? "https://" : "http://") + where.text();
}

}  // namespace causeway::app::cli
