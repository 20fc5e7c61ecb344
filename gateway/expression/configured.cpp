#include "expression/configured.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace causeway::expression {
namespace {

/// The offset in the text as a place in the file; where that is not known, the start of the value and the character.
void report(const config::Placed<std::string>& text, const CompileProblem& problem, config::Errors& errors) {
  const bool as_written = text.node.text() == text.value;
  const auto at = as_written ? text.node.position_within(problem.offset) : std::nullopt;
  if (at) return errors.add(*at, text.path, problem.message, "expression");
  errors.add(text.position, text.path, fmt::format("{} (at character {})", problem.message, problem.offset + 1),
             "expression");
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
