#include <CLI/CLI.hpp>

#include "app/cli/commands.h"
#include "app/cli/eval.h"
#include "app/cli/operate_commands.h"

namespace causeway::app::cli {

int main(int argc, char** argv) {
  CLI::App app(
      "Causeway: one gateway for all systems of a company.\n"
      "  causeway check -c config/causeway.yaml     is the configuration right?\n"
      "  causeway run   -c config/causeway.yaml     serve calls; SIGHUP reloads, SIGTERM drains\n"
      "  causeway eval '.items | length' body.json  what an expression gives\n"
      "  causeway subscriptions                     is everybody up to date?\n"
      "  causeway dead-letters                      what could not be delivered");
  app.name("causeway");
  app.set_version_flag("--version", "causeway " CAUSEWAY_VERSION);
  app.require_subcommand(1);

  std::filesystem::path run_config = "config/causeway.yaml";
  std::filesystem::path port_file;
  CLI::App* run_command =
      app.add_subcommand("run", "Serve calls. SIGHUP takes the files anew, SIGTERM drains and stops.");
  run_command->add_option("-c,--config", run_config, "the operators' file")->capture_default_str();
  run_command->add_option("--port-file", port_file, "write `NAME ADDRESS` of every listener here once all listen");
  run_command->footer("Example: causeway run -c config/causeway.yaml");

  CheckOptions check_options;
  CLI::App* check_command =
      app.add_subcommand("check", "Say everything that is wrong with a configuration; exit 0 or 2.");
  check_command->add_option("-c,--config", check_options.config, "the operators' file")->capture_default_str();
  check_command->add_flag("--json", check_options.json, "rows of {file, line, column, path, code, message, severity}");
  check_command->footer("Example: causeway check -c config/causeway.yaml --json | jq .");

  SignOptions sign_options;
  CLI::App* sign_command = app.add_subcommand("sign", "Print a ready curl command with a valid signature.");
  sign_command->add_option("--consumer", sign_options.consumer, "who calls: a consumer with a signing key")->required();
  sign_command->add_option("method", sign_options.method, "GET, POST, …")->required();
  sign_command->add_option("path", sign_options.path, "path and query, such as /api/v1/orders?page=2")->required();
  sign_command->add_option("--body", sign_options.body, "the body: text, @FILE, or @- for standard input");
  sign_command->add_option("--url", sign_options.url, "scheme and address of the gateway; default: its first listener");
  sign_command->add_option("-c,--config", sign_options.config, "the operators' file")->capture_default_str();
  sign_command->add_option("--version", sign_options.version, "v1 or v2; default: the newest that the key takes")
      ->transform(CLI::CheckedTransformer(std::map<std::string, security::SignatureVersion>{
          {"v1", security::SignatureVersion::kV1}, {"v2", security::SignatureVersion::kV2}}));
  sign_command->add_option("--content-type", sign_options.content_type, "default: application/json with a body");
  sign_command->add_option("--idempotency-key", sign_options.idempotency_key, "sent and, in v2, signed");
  sign_command->add_option("--accept", sign_options.accept, "sent and signed; v2 only")->capture_default_str();
  sign_command->add_flag("--announce", sign_options.announce,
                         "send X-Content-SHA256: the head alone proves the caller, a long body streams; v2 only");
  sign_command->add_option("--audience", sign_options.audience, "default: signing.audience of the configuration");
  sign_command->add_option("--nonce", sign_options.nonce, "16 to 64 of A-Z a-z 0-9 _ -; default: a random one");
  sign_command->add_option("--timestamp", sign_options.timestamp, "13 digits, milliseconds; default: now");
  sign_command->footer("Example: causeway sign --consumer oms POST /api/v1/orders --body @order.json | sh");

  std::function<int()> operate;
  add_operate_commands(app, operate);
  add_eval_command(app, operate);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kOk : kWrong;
  }
  if (*run_command) return run(run_config, port_file);
  if (*check_command) return check(check_options);
  if (operate) return operate();
  return sign(sign_options);
}

}  // namespace causeway::app::cli
