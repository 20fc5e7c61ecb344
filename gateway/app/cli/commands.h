// The commands of `causeway`, one file each.
#pragma once

#include <filesystem>
#include <string>

namespace causeway::app::cli {

/// Exit codes: 0 all is well, 1 it failed while running, 2 the configuration or the command line is wrong.
constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrong = 2;

struct CheckOptions {
  std::filesystem::path config = "config/causeway.yaml";
  bool json = false;
};

struct SignOptions {
  std::filesystem::path config = "config/causeway.yaml";
  std::string consumer;
  std::string method;
  std::string path;
  std::string body;  ///< text, `@file`, or `@-` for standard input
  std::string url;   ///< empty: from the first listener
};

int run(const std::filesystem::path& config, const std::filesystem::path& port_file);
int check(const CheckOptions& options);
int sign(const SignOptions& options);

/// Parses the command line and runs the command.
int main(int argc, char** argv);

}  // namespace causeway::app::cli
