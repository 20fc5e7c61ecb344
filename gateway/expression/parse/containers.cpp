// Arrays and objects of the grammar.
#include <algorithm>

#include "expression/parse/parser.h"

namespace causeway::expression {

NodeId Parser::array() {
  Node node{.op = Op::kArray, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  if (accept("]")) return add(node);
  node.a = query();
  expect("]", "behind the last item");
  return add(node);
}

NodeId Parser::object() {
  Node node{.op = Op::kObject, .offset = static_cast<std::uint32_t>(token_.offset)};
  advance();
  std::vector<NodeId> entries;
  if (!accept("}")) {
    do {
      if (token_.is("}")) break;
      object_entry(entries);
    } while (accept(","));
    expect("}", "behind the last member");
  }
  set_list(node, entries);
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < entries.size(); i += 2)
    if (plan_[entries[i]].op == Op::kLiteral) names.push_back(plan_.literals[plan_[entries[i]].a].said());
  std::ranges::sort(names);
  node.flag = names.size() * 2 == entries.size() && std::ranges::adjacent_find(names) == names.end();
  return add(node);
}

void Parser::object_entry(std::vector<NodeId>& entries) {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  NodeId key = kNoNode;
  NodeId value = kNoNode;  // where the key alone says what it is
  if (token_.kind == TokenKind::kVariable) {
    const bool place = token_.text == "__loc__";
    const std::string name(token_.text);
    const NodeId named = variable();
    if (!place && token_.is(":")) {
      key = named;
    } else {
      key = literal_text(offset, name);
      value = named;
    }
  } else if (token_.kind == TokenKind::kName) {
    const std::uint32_t name = text_id(token_.text);
    key = literal(offset, Value::text(plan_.texts[name]));
    advance();
    if (!token_.is(":")) value = add({.op = Op::kField, .offset = offset, .b = name});
  } else if (token_.kind == TokenKind::kQuote || token_.kind == TokenKind::kFormat) {
    key = string_or_format(kNoNode);
    if (!token_.is(":")) {
      entries.insert(entries.end(), {key, kNoNode});
      return;
    }
  } else if (accept("(")) {
    key = query();
    expect(")", "behind the key");
  } else {
    unexpected("a key: a name, a string, $name or (…)");
  }
  if (value == kNoNode) {
    expect(":", "behind the key");
    value = object_value();
  }
  entries.push_back(key);
  entries.push_back(value);
}

NodeId Parser::object_value() {
  NodeId made = expr(1);
  while (token_.is("|")) {
    const auto offset = static_cast<std::uint32_t>(token_.offset);
    advance();
    const NodeId next = expr(1);
    made = add({.op = Op::kPipe, .offset = offset, .a = made, .b = next});
  }
  return made;
}

}  // namespace causeway::expression
