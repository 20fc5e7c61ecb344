// Definitions of functions, and what `as` names.
#include <string>

#include "expression/parse/parser.h"

namespace causeway::expression {

std::uint32_t Parser::definition() {
  advance();
  if (token_.kind != TokenKind::kName) unexpected("the name of the function");
  if (is_keyword(token_.text)) unexpected("a name that is no keyword");
  Function function;
  function.name = text_id(token_.text);
  advance();
  if (accept("(")) {
    do {
      const bool value = token_.kind == TokenKind::kVariable;
      if (!value && (token_.kind != TokenKind::kName || is_keyword(token_.text))) unexpected("a parameter");
      function.parameters.push_back(text_id(token_.text));
      function.parameter_is_value.push_back(value);
      advance();
    } while (accept(";"));
    expect(")", "behind the parameters");
  }
  expect(":", "behind the function's name and parameters");
  function.body = query();
  expect(";", "behind the function's body");
  plan_.functions.push_back(std::move(function));
  return static_cast<std::uint32_t>(plan_.functions.size() - 1);
}

void Parser::patterns(Node& node) {
  std::vector<NodeId> all;
  do all.push_back(pattern());
  while (accept("?//"));
  if (all.size() > 255) fail(node.offset, "too many alternatives");
  node.b = static_cast<NodeId>(plan_.lists.size());
  node.flag = static_cast<std::uint8_t>(all.size());
  plan_.lists.insert(plan_.lists.end(), all.begin(), all.end());
}

NodeId Parser::pattern() {
  const Deeper deeper(*this);
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  if (token_.kind == TokenKind::kVariable) {
    const NodeId made = add({.op = Op::kPatternName, .offset = offset, .c = text_id(token_.text)});
    advance();
    return made;
  }
  if (token_.is("[")) return array_pattern();
  if (token_.is("{")) return object_pattern();
  unexpected("a name such as $x, or [ or {");
}

NodeId Parser::array_pattern() {
  Node node{.op = Op::kPatternArray, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  std::vector<NodeId> children;
  do children.push_back(pattern());
  while (accept(","));
  expect("]", "behind the last name");
  set_list(node, children);
  return add(node);
}

NodeId Parser::object_pattern() {
  Node node{.op = Op::kPatternObject, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  std::vector<NodeId> children;
  do {
    NodeId key = kNoNode;
    NodeId name = kNoNode;
    const auto offset = static_cast<std::uint32_t>(token_.offset);
    if (token_.kind == TokenKind::kVariable) {
      key = literal_text(offset, std::string(token_.text));
      name = add({.op = Op::kPatternName, .offset = offset, .c = text_id(token_.text)});
      advance();
    } else if (token_.kind == TokenKind::kName) {
      key = literal_text(offset, std::string(token_.text));
      advance();
    } else if (token_.kind == TokenKind::kQuote) {
      key = string_or_format(kNoNode);
    } else if (accept("(")) {
      key = query();
      expect(")", "behind the key");
    } else {
      unexpected("a key, such as name or $name");
    }
    NodeId inner = kNoNode;
    if (name == kNoNode) {
      expect(":", "behind the key");
      inner = pattern();
    } else if (accept(":")) {
      inner = pattern();
    }
    children.insert(children.end(), {key, name, inner});
  } while (accept(","));
  expect("}", "behind the last key");
  set_list(node, children);
  return add(node);
}

}  // namespace causeway::expression
