#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/explain/explainer.h"
#include "app/explain/explanation_text.h"
#include "app/explain/read_call.h"

namespace causeway::app::cli {
namespace {

struct ExplainCommand {
  ConfigFiles config;
  std::string method;
  std::string target;
  std::vector<std::string> headers;
  std::optional<std::string> body;
  std::string requests;
  std::string as;
  std::string address = "127.0.0.1";
  std::string at;
  bool json = false;
};

int wrong(const std::string& message) {
  std::fprintf(stderr, "causeway: %s\n", message.c_str());
  return kWrong;
}

int explain_one(const ExplainCommand& command, Explainer& explainer, const EffectiveRoutes& routes) {
  CallText call{command.method, command.target, {}, std::nullopt};
  for (const std::string& line : command.headers) {
    const auto header = read_header(line);
    if (!header) return wrong("-H " + line + ": expected 'Name: value'");
    call.headers.push_back(*header);
  }
  if (command.body && !read_argument(*command.body, call.body.emplace()))
    return wrong("cannot read " + command.body->substr(1));
  if (const std::string problem = call.problem(); !problem.empty()) return wrong(problem);
  const Explanation explanation = explainer.explain(call);
  const std::string text =
      command.json ? explanation_json(explanation, routes) + '\n' : explanation_text(explanation, routes);
  std::fputs(text.c_str(), stdout);
  return explanation.taken ? kOk : kFailed;
}

/// One line out for each line in.
int explain_all(const std::string& file, Explainer& explainer, const EffectiveRoutes& routes) {
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  if (!in) return wrong("cannot read " + file);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    std::string problem;
    const std::optional<CallText> call = read_call(line, problem);
    if (!call) return wrong(fmt::format("{}:{}: {}", file, number, problem));
    std::puts(explanation_json(explainer.explain(*call), routes).c_str());
  }
  return kOk;
}

int explain(const ExplainCommand& command) {
  ExplainOptions options{SystemClock().wall(), command.as, command.address};
  if (!command.at.empty()) {
    const auto at = config::TextForm<WallTime>::parse(command.at);
    if (!at) return wrong("--at: expected " + std::string(config::TextForm<WallTime>::kExpected));
    options.at = *at;
  }
  if (!IpAddress::parse(command.address)) return wrong("--from: expected an address such as 10.1.2.3");
  config::Errors errors;
  const std::unique_ptr<Inspection> inspection = Inspection::open(command.config, options.at, errors);
  if (!inspection) return refuse(errors, command.json);
  if (inspection->has_stand_ins() && command.as.empty())
    std::fputs("note: not all secrets are at hand, made-up ones stand in: credentials cannot be checked, see --as\n",
               stderr);
  const Compiled& compiled = inspection->compiled();
  if (!command.as.empty() && compiled.snapshot->consumers->find(command.as) == nullptr) {
    std::vector<std::string_view> names;
    for (const security::Consumer& consumer : compiled.snapshot->consumers->all()) names.push_back(consumer.name);
    return wrong("--as: no consumer is called " + config::quote(command.as) + config::suggestion(command.as, names));
  }
  Explainer explainer(*inspection, options);
  if (!command.requests.empty()) return explain_all(command.requests, explainer, *compiled.routes);
  return explain_one(command, explainer, *compiled.routes);
}

}  // namespace

void add_explain_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ExplainCommand>();
  CLI::App* const command =
      app.add_subcommand("explain",
                         "Which route takes a call, what its steps do, what is sent on; or why none takes it.\n"
                         "Nothing is sent. Exit 0: a route takes it, 1: none does, 2: the configuration is wrong.");
  command->add_option("method", options->method, "what is called with")->type_name(std::string(kMethodWords));
  command->add_option("path", options->target, "path and query, as callers send them");
  command->add_option("-H,--header", options->headers, "a field of the call, 'Name: value'; repeated")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--body", options->body, "the call's body: TEXT, @FILE, or @- for standard input")
      ->type_name("TEXT");
  command->add_option("--as", options->as, "the consumer who calls, as if it had proved itself")->type_name("NAME");
  command->add_option("--from", options->address, "the address from which the call comes")
      ->type_name("ADDRESS")
      ->capture_default_str();
  command->add_option("--at", options->at, "another time than now: 2027-03-01, 2027-03-01T08:00:00Z")
      ->type_name("DATE");
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "one object on one line");
  command
      ->add_option("--requests", options->requests,
                   "many calls: a file (or -) of lines {method, target, headers: [[name, value]], body}; a line of "
                   "JSON comes out for each")
      ->type_name("FILE");
  command->footer(
      "Examples:\n"
      "  causeway explain GET /api/v1/orders/7\n"
      "  causeway explain POST /api/v2/orders --as oms --body @order.json\n"
      "  causeway explain GET /api/orders -H 'Accept: application/vnd.company.v2+json' --at 2030-03-01");
  command->callback([options, &chosen] {
    if (options->requests.empty() == options->target.empty())
      throw CLI::ValidationError("explain", "give METHOD and PATH, or --requests");
    chosen = [options] { return explain(*options); };
  });
}

}  // namespace causeway::app::cli
