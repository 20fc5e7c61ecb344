#include "expression/configured.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "expression/parse/lexer.h"

namespace causeway::expression {
namespace {

/// The offset in the text as a place in the file; where that is not known, the start of the value and the character.
/// What the file has from the machine (`${env:…}`) is not shown.
void report(const config::Placed<std::string>& text, const CompileProblem& problem, config::Errors& errors) {
  const bool as_written = text.node.text() == text.value;
  const auto at = as_written ? text.node.position_within(problem.offset) : std::nullopt;
  const std::string message =
      at ? problem.message : fmt::format("{} (at character {})", problem.message, problem.offset + 1);
  errors.add(at.value_or(text.position), text.path, message, "expression",
             as_written ? excerpt_of(*text, problem) : std::string());
}

/// Behind the quote that began a string, with whatever is put into it.
void skip_string(Lexer& lexer) {
  std::string ignored;
  while (lexer.read_piece(ignored) == Lexer::Piece::kInterpolation) {
    for (int open = 1; open > 0;) {
      const Token token = lexer.next();
      if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kWrong) return;
      if (token.kind == TokenKind::kQuote) skip_string(lexer);
      open += token.is("(") ? 1 : token.is(")") ? -1 : 0;
    }
  }
}

/// Where the whole program is an assignment: the offset of its sign. `text` compiles.
std::optional<std::size_t> find_assignment(std::string_view text) {
  std::optional<std::size_t> found;
  Lexer lexer(text);
  int open = 0;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd && token.kind != TokenKind::kWrong;
       token = lexer.next()) {
    if (token.kind == TokenKind::kQuote) skip_string(lexer);
    if (token.is("(") || token.is("[") || token.is("{")) ++open;
    if (token.is(")") || token.is("]") || token.is("}")) --open;
    if (open == 0 && token.is("=")) found = token.offset;
    if (open == 0 && token.is("|")) found.reset();
  }
  return found;
}

}  // namespace

std::optional<Program> compile_condition(const config::Placed<std::string>& text, VariableSet allowed,
                                         config::Errors& errors) {
  std::optional<Program> program = compile_program(text, allowed, errors);
  const std::optional<std::size_t> sign = program ? find_assignment(*text) : std::nullopt;
  if (!sign) return program;
  const auto at = text.node.text() == text.value ? text.node.position_within(*sign) : std::nullopt;
  errors.warn(at.value_or(text.position), text.path,
              "\"=\" sets a value, which makes this true whatever it is asked about; \"==\" compares", "expression");
  return program;
}

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
