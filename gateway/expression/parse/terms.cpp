// The terms of the grammar: what stands between operators.
#include <fmt/format.h>

#include <algorithm>

#include "config/errors.h"
#include "config/reading.h"
#include "expression/parse/parser.h"

namespace causeway::expression {

NodeId Parser::postfix() {
  const bool part = token_.kind == TokenKind::kField || token_.is(".");
  const NodeId first = term();
  return postfix_of(first, part && plan_[first].op != Op::kIdentity);
}

NodeId Parser::postfix_of(NodeId made, bool part) {
  for (;; part = true) {
    const auto offset = static_cast<std::uint32_t>(token_.offset);
    if (token_.kind == TokenKind::kField) {
      made = add({.op = Op::kField, .offset = offset, .a = made, .b = text_id(token_.text)});
      advance();
    } else if (token_.is("[")) {
      advance();
      made = bracket(made, offset);
    } else if (token_.is(".")) {
      advance();
      if (token_.kind == TokenKind::kQuote || token_.kind == TokenKind::kFormat) {
        const NodeId key = string_or_format(kNoNode);
        made = add({.op = Op::kIndex, .offset = offset, .a = made, .b = key});
      } else {
        if (!accept("[")) unexpected("a name, a string or [ behind the dot");
        made = bracket(made, offset);
      }
    } else if (token_.is("?")) {
      advance();
      // Behind a part only taking it is optional, not what it is taken of; a second `?` is for all of it.
      if (part && !plan_[made].flag && plan_[made].op != Op::kTry) plan_.nodes[made].flag = 1;
      else made = add({.op = Op::kTry, .offset = offset, .a = made});
    } else {
      return made;
    }
  }
}

/// Behind the `[`.
NodeId Parser::bracket(NodeId made, std::size_t at) {
  const auto offset = static_cast<std::uint32_t>(at);
  if (accept("]")) return add({.op = Op::kIterate, .offset = offset, .a = made});
  if (accept(":")) {
    const NodeId end = query();
    expect("]", "behind the end of the slice");
    return add({.op = Op::kSlice, .offset = offset, .a = made, .c = end});
  }
  const NodeId begin = query();
  if (accept(":")) {
    NodeId end = kNoNode;
    if (!token_.is("]")) end = query();
    expect("]", "behind the end of the slice");
    return add({.op = Op::kSlice, .offset = offset, .a = made, .b = begin, .c = end});
  }
  expect("]", "behind the index");
  return add({.op = Op::kIndex, .offset = offset, .a = made, .b = begin});
}

NodeId Parser::term() {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  switch (token_.kind) {
    case TokenKind::kNumber:
      return number();
    case TokenKind::kQuote:
      return string_or_format(kNoNode);
    case TokenKind::kFormat:
      return string_or_format(kNoNode);
    case TokenKind::kVariable:
      return variable();
    case TokenKind::kField: {
      const NodeId made = add({.op = Op::kField, .offset = offset, .b = text_id(token_.text)});
      advance();
      return made;
    }
    case TokenKind::kName:
      if (token_.text == "if") return conditional();
      if (token_.text == "reduce" || token_.text == "foreach") return loop();
      if (token_.text == "def" || token_.text == "label") unexpected("parentheses around it");
      return call();
    default:
      break;
  }
  if (token_.is("[")) return array();
  if (token_.is("{")) return object();
  if (accept("(")) {
    const NodeId inner = query();
    expect(")", "behind what the parentheses hold");
    return inner;
  }
  if (accept("..")) return add({.op = Op::kCall, .offset = offset, .a = 0, .b = 0, .c = text_id("recurse")});
  if (token_.is(".")) {
    advance();
    const NodeId self = add({.op = Op::kIdentity, .offset = offset});
    if (token_.kind == TokenKind::kQuote || token_.kind == TokenKind::kFormat) {
      const NodeId key = string_or_format(kNoNode);
      return add({.op = Op::kIndex, .offset = offset, .a = self, .b = key});
    }
    return self;
  }
  unexpected("a value");
}

NodeId Parser::number() {
  const Token token = token_;
  advance();
  std::string digits(token.text);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty() || digits[0] == '.' || digits[0] == 'e' || digits[0] == 'E') digits.insert(0, 1, '0');
  if (const std::size_t dot = digits.find('.');
      dot != std::string::npos && (dot + 1 == digits.size() || (digits[dot + 1] | 0x20) == 'e'))
    digits.erase(dot, 1);
  const bool plain = digits.size() < 18 && digits.find_first_of(".eE") == std::string::npos;
  if (plain) return literal(token.offset, Value::integer(std::stoll(digits)));
  return literal(token.offset, Value::token(plan_.texts.emplace_back(std::move(digits))));
}

std::uint32_t Parser::format_named(const Token& token) {
  const std::string name = fmt::format("@{}", token.text);
  if (const Builtin* const found = find_builtin(name, 0)) return index_of(*found);
  std::vector<std::string_view> names;
  for (const Builtin* const builtin : all_builtins())
    if (builtin->name.starts_with('@')) names.push_back(builtin->name);
  const std::string_view near = config::nearest(name, names);
  fail(token.offset, near.empty() ? fmt::format("unknown format \"{}\"", name)
                                  : fmt::format("unknown format \"{}\"; did you mean \"{}\"?", name, near));
}

NodeId Parser::string_or_format(std::uint32_t format) {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  if (token_.kind == TokenKind::kFormat) {
    format = format_named(token_);
    advance();
    if (token_.kind != TokenKind::kQuote)
      return add({.op = Op::kBuiltin, .offset = offset, .a = 0, .b = 0, .d = format});
  }
  std::vector<NodeId> parts;
  while (true) {
    std::string piece;
    const Lexer::Piece end = lexer_.read_piece(piece);
    if (end == Lexer::Piece::kWrong) fail(lexer_.problem_offset(), std::string(lexer_.problem()));
    parts.push_back(literal_text(offset, std::move(piece)));
    if (end == Lexer::Piece::kQuote) break;
    advance();
    parts.push_back(query());
    // When it is there, the lexer stands behind it, where the string goes on.
    if (!token_.is(")")) unexpected("\")\" behind what is inserted");
  }
  advance();
  if (parts.size() == 1) return parts[0];
  Node node{.op = Op::kText, .offset = offset, .c = format};
  set_list(node, parts);
  return add(node);
}

NodeId Parser::variable() {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  if (token_.text == "__loc__") {
    advance();
    return location(offset);
  }
  const NodeId made = add({.op = Op::kVariable, .offset = offset, .c = text_id(token_.text)});
  advance();
  return made;
}

NodeId Parser::location(std::size_t offset) {
  line_ += std::ranges::count(text_.substr(located_, offset - located_), '\n');
  located_ = offset;
  Node node{.op = Op::kObject, .offset = static_cast<std::uint32_t>(offset)};
  set_list(node, {literal_text(offset, "file"), literal_text(offset, "<top-level>"), literal_text(offset, "line"),
                  literal(offset, Value::integer(line_))});
  return add(node);
}

NodeId Parser::call() {
  const Token token = token_;
  const auto offset = static_cast<std::uint32_t>(token.offset);
  if (token.text == "import" || token.text == "include" || token.text == "module")
    fail(offset, fmt::format("\"{}\" is left out: a program of the configuration is one text", token.text));
  if (token.text == "__loc__") unexpected("$__loc__");
  if (is_keyword(token.text)) unexpected("a value");
  advance();
  if (token.text == "break" && token_.kind == TokenKind::kVariable) {
    const NodeId made = add({.op = Op::kBreak, .offset = offset, .c = text_id(token_.text)});
    advance();
    return made;
  }
  Node node{.op = Op::kCall, .offset = offset, .c = text_id(token.text)};
  std::vector<NodeId> arguments;
  if (accept("(")) {
    do arguments.push_back(query());
    while (accept(";"));
    expect(")", "behind the arguments (between them stands \";\")");
  }
  set_list(node, arguments);
  return add(node);
}

NodeId Parser::conditional() {
  const Deeper deeper(*this);
  Node node{.op = Op::kIf, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  node.a = query();
  expect_word("then");
  node.b = query();
  if (token_.is_word("elif")) {
    node.c = conditional();
    return add(node);
  }
  if (accept_word("else")) node.c = query();
  expect_word("end");
  return add(node);
}

NodeId Parser::loop() {
  const Deeper deeper(*this);
  const bool reduces = token_.text == "reduce";
  Node node{.op = reduces ? Op::kReduce : Op::kForeach, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  node.a = expr(1);
  expect_word("as");
  patterns(node);
  expect("(", "behind what `as` names");
  node.c = query();
  expect(";", "behind the start");
  node.d = query();
  if (!reduces && accept(";")) node.e = query();
  expect(")", reduces ? "behind the update" : "behind the update or what is extracted");
  return add(node);
}

}  // namespace causeway::expression
