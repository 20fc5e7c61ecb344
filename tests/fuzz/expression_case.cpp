#include "fuzz/expression_case.h"

#include <memory_resource>
#include <variant>

#include "expression/run.h"
#include "expression/template.h"
#include "expression/ways.h"

namespace causeway::fuzz {
namespace {

using expression::CompileProblem;
using expression::Program;
using expression::Template;
using expression::Variable;

/// Offsets lie in the text; of members that are named too.
std::string asked(std::string_view text, const Program& program) {
  if (program.text() != text) return "the text of a program is another";
  for (std::size_t i = 0; i < expression::kVariableCount; ++i)
    for (const Program::Member& member : program.members_of(static_cast<Variable>(i)))
      if (member.offset >= text.size()) return "a variable stands behind the text";
  for (const Program::Member& member : program.members_of_input())
    if (member.offset > text.size()) return "a member stands behind the text";
  return {};
}

std::string compiled(std::string_view text) {
  const auto result = Program::compile(text, expression::kAll);
  if (const auto* const problem = std::get_if<CompileProblem>(&result)) {
    if (problem->offset > text.size()) return "a problem stands behind the text";
    return problem->message.empty() ? "a problem says nothing" : "";
  }
  return asked(text, std::get<Program>(result));
}

std::string rendered(std::string_view text, std::string_view document) {
  const auto result = Template::compile(text, expression::kAll);
  if (const auto* const problem = std::get_if<CompileProblem>(&result))
    return problem->offset > text.size() ? "a problem stands behind the template" : "";
  const Template& made = std::get<Template>(result);
  if (!made.is_literal()) return {};
  std::pmr::string out;
  return made.render(document, {}, out).ok() ? "" : "a literal text is not rendered";
}

}  // namespace

ExpressionCase::ExpressionCase(std::string_view text) {
  const std::size_t line = text.rfind('\n');
  program_ = text.substr(0, line);
  document_ = line == std::string_view::npos ? "null" : text.substr(line + 1);
}

std::string ExpressionCase::trouble() const {
  if (std::string wrong = compiled(program_); !wrong.empty()) return wrong;
  if (std::string wrong = rendered(program_, document_); !wrong.empty()) return wrong;
  return expression::disagreement(program_, document_, limits_of_cases());
}

}  // namespace causeway::fuzz
