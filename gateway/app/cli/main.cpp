#include "app/cli/commands.h"

#include <algorithm>
#include <string>
#include <vector>

namespace causeway::app::cli {
namespace {

/// What follows the program's name, last first as the parser wants it. An expression that begins with a minus
/// (`causeway eval '-.a'`) gets a blank before it, which is none of the names of options.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  if (!words.empty() && words[0] == "eval")
    for (std::string& word : words)
      if (word.size() > 1 && word[0] == '-' && word[1] != '-' && !letter(word[1])) word.insert(0, 1, ' ');
  std::ranges::reverse(words);
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Causeway: one gateway for all systems of a company.\n"
      "  causeway check -c config/causeway.yaml     is the configuration right?\n"
      "  causeway explain GET /api/v1/orders/7      which route takes a call, or why none does\n"
      "  causeway test                              try the routes out: routes/*.test.yaml\n"
      "  causeway run   -c config/causeway.yaml     serve calls; SIGHUP reloads, SIGTERM drains\n"
      "  causeway eval '.items | length' body.json  what an expression gives\n"
      "  causeway subscriptions                     is everybody up to date?\n"
      "  causeway dead-letters                      what could not be delivered");
  app.name("causeway");
  app.set_version_flag("--version", "causeway " CAUSEWAY_VERSION);
  app.require_subcommand(1);

  Chosen chosen;
  add_run_command(app, chosen);
  add_check_command(app, chosen);
  add_routes_command(app, chosen);
  add_explain_command(app, chosen);
  add_test_command(app, chosen);
  add_sign_command(app, chosen);
  add_eval_command(app, chosen);
  add_operate_commands(app, chosen);
  add_schema_command(app, chosen);
  add_reference_command(app, chosen);
  add_completion_command(app, chosen);
  try {
    app.parse(words_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? kOk : kWrong;
  }
  return chosen();
}

}  // namespace causeway::app::cli
