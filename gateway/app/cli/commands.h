// The commands of `causeway`, one file each.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "security/signature_version.h"

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
  std::string body;                                   ///< text, `@file`, or `@-` for standard input
  std::string url;                                    ///< empty: from the first listener
  std::optional<security::SignatureVersion> version;  ///< nullopt: the newest that the key takes
  std::string timestamp;                              ///< empty: now
  // Of version 2.
  std::string nonce;                        ///< empty: a random one
  std::string audience;                     ///< empty: the configuration's
  std::optional<std::string> content_type;  ///< nullopt: application/json with a body, else none
  std::string idempotency_key;
  std::string accept = "*/*";
  bool announce = false;  ///< send the body's hash, so that the head alone proves the caller
};

int run(const std::filesystem::path& config, const std::filesystem::path& port_file);
int check(const CheckOptions& options);
int sign(const SignOptions& options);

/// Parses the command line and runs the command.
int main(int argc, char** argv);

}  // namespace causeway::app::cli
