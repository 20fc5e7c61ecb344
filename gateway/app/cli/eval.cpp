#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/json_scan.h"
#include "core/json_text.h"
#include "expression/program.h"

namespace causeway::app::cli {
namespace {

struct EvalOptions {
  std::string program;
  std::string file;
  std::vector<std::pair<std::string, std::string>> variables;
  bool raw = false;
};

int fail(int code, std::string_view message) {
  std::fputs(fmt::format("{}\n", message).c_str(), stderr);
  return code;
}

/// `line:column: message`, the line, and a caret below the place.
std::string shown(std::string_view program, const expression::CompileProblem& problem) {
  const std::string_view before = program.substr(0, problem.offset);
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::size_t end = std::min(program.find('\n', problem.offset), program.size());
  const auto column = std::ranges::count_if(before.substr(begin), [](char c) { return (c & 0xC0) != 0x80; });
  std::string gap;
  for (const char c : before.substr(begin))
    if ((c & 0xC0) != 0x80) gap += c == '\t' ? '\t' : ' ';
  return fmt::format("{}:{}: {}\n  {}\n  {}^", 1 + std::ranges::count(before, '\n'), column + 1, problem.message,
                     program.substr(begin, end - begin), gap);
}

expression::VariableSet all_variables() {
  expression::VariableSet all;
  for (std::size_t i = 0; i < expression::kVariableCount; ++i) all.add(static_cast<expression::Variable>(i));
  return all;
}

/// With or without the dollar.
bool set_variable(const std::string& name, Bytes json, expression::Values& values) {
  for (std::size_t i = 0; i < expression::kVariableCount; ++i) {
    const auto variable = static_cast<expression::Variable>(i);
    const std::string_view known = expression::name_of(variable);
    if (known != name && known.substr(1) != name) continue;
    values.set(variable, json);
    return true;
  }
  return false;
}

int eval(const EvalOptions& options) {
  const auto compiled = expression::Program::compile(options.program, all_variables());
  if (const auto* const problem = std::get_if<expression::CompileProblem>(&compiled))
    return fail(kWrong, shown(options.program, *problem));
  expression::Values values;
  for (const auto& [name, json] : options.variables) {
    if (const auto problem = check_json(json))
      return fail(kWrong, fmt::format("--arg {}: {} at byte {}", name, problem->what, problem->offset));
    if (!set_variable(name, json, values))
      return fail(kWrong, fmt::format("--arg {}: no variable has that name", name));
  }
  const auto& program = std::get<expression::Program>(compiled);
  std::string input = "null";
  if (program.uses_input() && !read_argument(options.file.empty() ? "@-" : "@" + options.file, input))
    return fail(kFailed, fmt::format("cannot read {}", options.file));
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
  CLI::App* const command =
      app.add_subcommand("eval", "Try an expression on a JSON text; exit 0, 1 (it fails) or 2 (it does not compile).");
  command->add_option("program", options->program, "in jq's language, as in `transform` and `when`")->required();
  command->add_option("file", options->file, "what `.` is; default: standard input")->type_name("FILE");
  command->add_option("--arg", options->variables, "NAME JSON: a variable of the context, such as request")
      ->type_name("NAME JSON")
      ->allow_extra_args(false);
  command->add_flag("--raw", options->raw, "print strings without quotes");
  command->footer("Example: causeway eval '{order_no: .externalNo, lines: [.items[] | {sku: .skuId}]}' order.json");
  command->callback([options, &chosen] { chosen = [options] { return eval(*options); }; });
}

}  // namespace causeway::app::cli
