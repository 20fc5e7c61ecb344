#include "expression/configured.h"

#include <fmt/format.h>

#include <utility>

namespace causeway::expression {
namespace {

void report(const config::Placed<std::string>& text, const CompileProblem& problem, config::Errors& errors) {
  config::Position at = text.position;
  at.column += static_cast<int>(problem.offset);
  errors.add(at, text.path, problem.message, "expression");
}

}  // namespace

std::optional<Program> compile_program(const config::Placed<std::string>& text, VariableSet allowed,
                                       config::Errors& errors) {
  if (text->empty()) return std::nullopt;
  auto compiled = Program::compile(*text, allowed);
  if (auto* const program = std::get_if<Program>(&compiled)) return std::move(*program);
  report(text, std::get<CompileProblem>(compiled), errors);
  return std::nullopt;
}

Template compile_template(const config::Placed<std::string>& text, VariableSet allowed, config::Errors& errors,
                          const Template::FindSecret& secrets) {
  auto compiled = Template::compile(*text, allowed, secrets);
  if (auto* const made = std::get_if<Template>(&compiled)) return std::move(*made);
  report(text, std::get<CompileProblem>(compiled), errors);
  return {};
}

}  // namespace causeway::expression
