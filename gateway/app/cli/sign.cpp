#include <cstdio>

#include "app/cli/arguments.h"
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

std::string default_url(const Settings& settings) {
  const server::ListenerSettings& listener = settings.listeners.front();
  return reachable_url(listener.address.where, listener.tls.has_value());
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
  if (!read_argument(options.body, body)) return fail("cannot read " + options.body.substr(1));

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
