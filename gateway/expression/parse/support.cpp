// What all rules of the grammar stand on: tokens that are expected, and nodes that are made.
#include <fmt/format.h>

#include <algorithm>

#include "config/errors.h"
#include "core/json_text.h"
#include "expression/parse/parser.h"

namespace causeway::expression {
namespace {

/// Of the tree: also of what stands in a row.
constexpr int kHighest = 2000;
constexpr std::size_t kMostNodes = 1u << 20;

/// What the text begins with is no token.
std::string unexpected_character(std::string_view text, std::string_view expected) {
  const std::string_view character = text.substr(0, std::max<std::size_t>(utf8_sequence(text), 1));
  std::string message = fmt::format("unexpected {}; expected {}", config::quote(character), expected);
  if (character.size() > 1) {
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    const auto end = static_cast<std::size_t>(std::ranges::find_if(text, ascii) - text.begin());
    message += fmt::format(" (a name that is not ASCII stands in quotes: .\"{}\")", text.substr(0, end));
  }
  if (character == "'") message += " (a string stands in double quotes)";
  if (character == "&") message += " (did you mean \"and\"?)";
  if (character == "!") message += " (did you mean \"| not\"?)";
  return message;
}

}  // namespace

bool Parser::accept(std::string_view sign) {
  if (!token_.is(sign)) return false;
  advance();
  return true;
}

bool Parser::accept_word(std::string_view word) {
  if (!token_.is_word(word)) return false;
  advance();
  return true;
}

void Parser::expect(std::string_view sign, std::string_view why) {
  if (!accept(sign)) unexpected(fmt::format("{} {}", config::quote(sign), why));
}

void Parser::expect_word(std::string_view word) {
  if (!accept_word(word)) unexpected(word);
}

void Parser::unexpected(std::string_view expected) const {
  switch (token_.kind) {
    case TokenKind::kEnd:
      fail(token_.offset, fmt::format("the program ends too early; expected {}", expected));
    case TokenKind::kWrong:
      if (!token_.text.empty()) fail(token_.offset, std::string(token_.text));
      fail(token_.offset, unexpected_character(text_.substr(token_.offset), expected));
    case TokenKind::kQuote:
      fail(token_.offset, fmt::format("unexpected string; expected {}", expected));
    default:
      break;
  }
  const std::size_t end = static_cast<std::size_t>(token_.text.data() - text_.data()) + token_.text.size();
  fail(token_.offset, fmt::format("unexpected {}; expected {}",
                                  config::quote(text_.substr(token_.offset, end - token_.offset)), expected));
}

void Parser::fail(std::size_t offset, std::string message) const {
  throw DoesNotCompile{{std::min(offset, text_.size()), std::move(message)}};
}

NodeId Parser::add(Node node) {
  int height = 0;
  const auto see = [&](NodeId child) {
    if (child != kNoNode && child < plan_.nodes.size()) height = std::max<int>(height, plan_.nodes[child].height);
  };
  switch (node.op) {
    case Op::kText:
    case Op::kObject:
    case Op::kCall:
    case Op::kPatternArray:
    case Op::kPatternObject:
      for (NodeId i = 0; i < node.b; ++i) see(plan_.lists[node.a + i]);
      break;
    case Op::kField:
      see(node.a);
      break;
    case Op::kDefine:
      see(plan_.functions[node.a].body), see(node.b);
      break;
    case Op::kLabel:
      see(node.b);
      break;
    case Op::kReduce:
    case Op::kForeach:
    case Op::kBind:
      for (NodeId i = 0; i < node.flag; ++i) see(plan_.lists[node.b + i]);
      see(node.a), see(node.c), see(node.d), see(node.e);
      break;
    case Op::kLiteral:
    case Op::kVariable:
    case Op::kContext:
    case Op::kBreak:
    case Op::kPatternName:
      break;
    default:
      see(node.a), see(node.b), see(node.c);
      break;
  }
  if (height >= kHighest) fail(node.offset, "too much stands in a row or within each other");
  if (plan_.nodes.size() >= kMostNodes) fail(node.offset, "the program is too long");
  node.height = static_cast<std::uint16_t>(height + 1);
  plan_.nodes.push_back(node);
  return static_cast<NodeId>(plan_.nodes.size() - 1);
}

NodeId Parser::literal_text(std::size_t offset, std::string text) {
  return literal(offset, Value::text(plan_.texts.emplace_back(std::move(text))));
}

NodeId Parser::literal(std::size_t offset, Value value) {
  plan_.literals.push_back(std::move(value));
  return add({.op = Op::kLiteral,
              .offset = static_cast<std::uint32_t>(offset),
              .a = static_cast<NodeId>(plan_.literals.size() - 1)});
}

std::uint32_t Parser::text_id(std::string_view text) {
  plan_.texts.emplace_back(text);
  return static_cast<std::uint32_t>(plan_.texts.size() - 1);
}

void Parser::set_list(Node& node, const std::vector<NodeId>& children) {
  node.a = static_cast<NodeId>(plan_.lists.size());
  node.b = static_cast<NodeId>(children.size());
  plan_.lists.insert(plan_.lists.end(), children.begin(), children.end());
}

}  // namespace causeway::expression
