#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/offline/offline_gateway.h"
#include "config/errors.h"
#include "core/json_document.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "expression/program.h"

namespace causeway::app::cli {
namespace {

struct EvalOptions {
  std::string program;
  std::string file;
  std::vector<std::string> variables;                          ///< NAME=JSON
  std::vector<std::pair<std::string, std::string>> arguments;  ///< NAME JSON
  ConfigFiles config;                                          ///< whose limits hold; empty: the defaults
  bool raw = false;
};

/// What a terminal would act on is shown as in JSON.
int fail(int code, std::string_view message) {
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) line += fmt::format("\\u{:04x}", byte);
    else line += c;
  }
  std::fputs((line + '\n').c_str(), stderr);
  return code;
}

/// `line:column: message`, the line, and a caret below the place.
std::string shown(std::string_view program, const expression::CompileProblem& problem) {
  const std::string_view before = program.substr(0, problem.offset);
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto column = std::ranges::count_if(before.substr(begin), [](char c) { return (c & 0xC0) != 0x80; });
  std::string excerpt = excerpt_of(program, problem);
  if (const std::size_t line_end = excerpt.find('\n'); line_end != std::string::npos)
    excerpt.insert(line_end + 1, "  ");
  if (!excerpt.empty()) excerpt.insert(0, "\n  ");
  return fmt::format("{}:{}: {}{}", 1 + std::ranges::count(before, '\n'), column + 1, problem.message, excerpt);
}

expression::VariableSet all_variables() {
  expression::VariableSet all;
  for (std::size_t i = 0; i < expression::kVariableCount; ++i) all.add(static_cast<expression::Variable>(i));
  return all;
}

/// A variable of the command line.
struct Given {
  std::string_view option;
  std::string name;  ///< without the dollar
  std::string_view json;
};

std::optional<expression::Variable> variable_named(std::string_view name) {
  for (std::size_t i = 0; i < expression::kVariableCount; ++i) {
    const auto variable = static_cast<expression::Variable>(i);
    if (expression::name_of(variable).substr(1) == name) return variable;
  }
  return std::nullopt;
}

bool is_name(std::string_view name) {
  const auto letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  if (name.empty() || (!letter(name[0]) && name[0] != '_')) return false;
  return std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

/// Empty when the variable is all right.
std::string problem_of(const Given& given) {
  if (!is_name(given.name))
    return fmt::format("{} {}: expected a name of letters, digits and _", given.option, config::quote(given.name));
  const auto read = JsonDocument::read(given.json);
  const auto* const problem = std::get_if<JsonProblem>(&read);
  if (!problem) return {};
  return fmt::format(
      "{} {}: {} at byte {} (a text stands in quotes: {} {})", given.option, given.name, problem->what, problem->offset,
      given.option,
      given.option == "--var" ? fmt::format("'{}=\"text\"'", given.name) : fmt::format("{} '\"text\"'", given.name));
}

/// `--arg NAME JSON` and `--var NAME=JSON`, in this order; what is wrong with them otherwise.
std::variant<std::vector<Given>, std::string> given_by(const EvalOptions& options) {
  std::vector<Given> all;
  const auto add = [&](std::string_view option, std::string_view name, std::string_view json) {
    all.push_back({option, std::string(name.substr(name.starts_with('$') ? 1 : 0)), json});
  };
  for (const auto& [name, json] : options.arguments) add("--arg", name, json);
  for (const std::string_view variable : options.variables) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos)
      return fmt::format("--var {}: expected a name, =, and JSON", config::quote(variable));
    add("--var", variable.substr(0, equals), variable.substr(equals + 1));
  }
  for (const Given& given : all)
    if (std::string problem = problem_of(given); !problem.empty()) return problem;
  return all;
}

/// Binds what the context does not have, as a program would: JSON is an expression of the language.
std::string bindings_of(const std::vector<Given>& all) {
  std::string text;
  for (const Given& given : all) {
    if (variable_named(given.name)) continue;
    std::string json(given.json);
    std::ranges::replace(json, '\n', ' ');
    text += fmt::format("{} as ${} | ", json, given.name);
  }
  return text;
}

/// What programs of a configuration run within; false when that is wrong, which was said then.
bool read_surroundings(const EvalOptions& options, expression::Surroundings& surroundings) {
  if (options.config.empty()) return true;
  config::Errors errors;
  const auto gateway = OfflineGateway::open(options.config, errors);
  if (gateway) surroundings = surroundings_of(gateway->settings());
  else refuse(errors, false);
  return gateway != nullptr;
}

int eval(const EvalOptions& options) {
  const auto read = given_by(options);
  if (const auto* const problem = std::get_if<std::string>(&read)) return fail(kWrong, *problem);
  const auto& variables = std::get<std::vector<Given>>(read);
  const std::string bindings = bindings_of(variables);
  const auto compiled = expression::Program::compile(bindings + options.program, all_variables());
  if (const auto* const found = std::get_if<expression::CompileProblem>(&compiled)) {
    expression::CompileProblem problem = *found;
    problem.offset -= std::min(problem.offset, bindings.size());
    return fail(kWrong, shown(options.program, problem));
  }
  expression::Surroundings surroundings;
  if (!read_surroundings(options, surroundings)) return kWrong;
  expression::Values values;
  values.surround(&surroundings);
  for (const Given& given : variables)
    if (const auto variable = variable_named(given.name)) values.set(*variable, given.json);
  const auto& program = std::get<expression::Program>(compiled);
  std::string input = "null";
  if (program.uses_input() && !read_argument(options.file.empty() ? "@-" : "@" + options.file, input))
    return fail(kWrong, fmt::format("cannot read {}", config::quote(options.file)));
  std::pmr::monotonic_buffer_resource memory;
  const auto results = program.run(input, values, &memory);
  if (!results.ok())
    return fail(kFailed, fmt::format("{}: {}", number(results.error().code()), results.error().info_if()->internal));
  for (const Bytes result : *results) {
    const auto text = options.raw ? json_string_value(result) : std::nullopt;
    const std::string_view line = text ? std::string_view(*text) : result;
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
  }
  return kOk;
}

}  // namespace

void add_eval_command(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* const command = app.add_subcommand("eval",
                                               "Try an expression on a JSON text; exit 0, 1 (it fails) or 2 (it does "
                                               "not compile, or something given cannot be read).");
  command->add_option("program", options->program, "in jq's language, as in `transform` and `when`")->required();
  command->add_option("file", options->file, "what `.` is; default: standard input")->type_name("FILE");
  command->add_option("--var", options->variables, "a variable, as NAME=JSON; repeated: several")
      ->type_name("NAME=JSON")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--arg", options->arguments, "the same in two words, as NAME JSON")
      ->type_name("NAME JSON")
      ->allow_extra_args(false);
  command->add_option("-c,--config", options->config, "a configuration whose limits hold; default: those of the docs")
      ->type_name("FILE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--raw", options->raw, "print strings without quotes");
  command->footer(
      "Variables are those of the context (request, status, …) or any other name: docs/expressions.md\n"
      "Example: causeway eval '{no: .externalNo, ok: ($status < 300)}' --var status=200 < order.json");
  command->callback([options, &chosen] {
    if (options->program.starts_with(" -")) options->program.erase(0, 1);  // see words_of
    chosen = [options] { return eval(*options); };
  });
}

}  // namespace causeway::app::cli
