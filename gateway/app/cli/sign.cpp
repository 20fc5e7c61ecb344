#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/cli/commands.h"
#include "app/compilation.h"
#include "security/signature.h"

namespace causeway::app::cli {
namespace {

/// Single quotes for a POSIX shell.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += R"('\'')";
    else out += c;
  }
  return out + '\'';
}

bool read_body(const std::string& argument, std::string& body) {
  if (argument.empty() || argument[0] != '@') {
    body = argument;
    return true;
  }
  if (argument == "@-") {
    body.assign(std::istreambuf_iterator<char>(std::cin), {});
    return true;
  }
  std::ifstream file(argument.substr(1), std::ios::binary);
  body.assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

std::string default_url(const Settings& settings) {
  const server::ListenerSettings& listener = settings.listeners.front();
  net::HostPort where = listener.address.where;
  if (where.host == "0.0.0.0" || where.host == "::") where.host = "127.0.0.1";
  return (listener.tls ? "https://" : "http://") + where.text();
}

int fail(const std::string& message) {
  std::fputs((message + '\n').c_str(), stderr);
  return kWrong;
}

}  // namespace

int sign(const SignOptions& options) {
  config::Errors errors;
  const Files files = read_files(options.config, errors);
  if (errors.failed()) {
    std::fputs(errors.to_text().c_str(), stderr);
    return kWrong;
  }
  const security::ConsumerTable consumers(files.settings.consumers, files.settings.signing, errors);
  const security::KeySettings* key = nullptr;
  bool known = false;
  for (const auto& consumer : files.settings.consumers) {
    if (*consumer.name != options.consumer) continue;
    known = true;
    if (!consumer.signing_keys.empty()) key = &consumer.signing_keys.front();
  }
  if (!known) return fail("unknown consumer \"" + options.consumer + "\": see consumers in " + options.config.string());
  if (key == nullptr || key->secrets.empty())
    return fail("the consumer \"" + options.consumer + "\" has no signing key");
  std::string body;
  if (!read_body(options.body, body)) return fail("cannot read " + options.body.substr(1));

  const std::string timestamp = std::to_string(unix_milliseconds(SystemClock().wall()));
  const std::string signature = security::SignatureV1::sign(timestamp, *key->id, body, key->secrets.front().reveal());
  std::string command = "curl -sS -i -X " + options.method + ' ' +
                        shell_quoted((options.url.empty() ? default_url(files.settings) : options.url) + options.path) +
                        " \\\n" + "  -H " + shell_quoted("Authorization: ApiKey " + *key->id) + " \\\n" + "  -H " +
                        shell_quoted("X-Timestamp: " + timestamp) + " \\\n" + "  -H " +
                        shell_quoted("X-Signature: " + signature);
  if (options.method == "HEAD") command.replace(command.find("-X HEAD"), 7, "-I");
  if (!body.empty())
    command += " \\\n  -H 'Content-Type: application/json' \\\n  --data-binary " +
               (options.body[0] == '@' && options.body != "@-" ? shell_quoted(options.body) : shell_quoted(body));
  std::puts(command.c_str());
  return kOk;
}

}  // namespace causeway::app::cli
