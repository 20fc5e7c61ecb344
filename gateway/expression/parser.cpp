#include "expression/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/errors.h"
#include "core/json_text.h"

namespace causeway::expression {
namespace {

/// Of brackets and bodies within each other; most count twice.
constexpr int kDeepest = 800;
/// Of the tree: also of what stands in a row.
constexpr int kHighest = 2000;
constexpr std::size_t kMostNodes = 1u << 20;

struct Operator {
  std::string_view sign;
  int level;
  enum { kLeft, kRight, kOne } binds;
  Op op;
  std::uint8_t flag;
};

constexpr std::uint8_t flag(Arithmetic operation) { return static_cast<std::uint8_t>(operation); }
constexpr std::uint8_t flag(Comparison comparison) { return static_cast<std::uint8_t>(comparison); }

constexpr std::array<Operator, 22> kOperators = {{
    {"//", 1, Operator::kRight, Op::kAlternative, 0},
    {"=", 2, Operator::kOne, Op::kAssign, 0},
    {"|=", 2, Operator::kOne, Op::kUpdate, 0},
    {"+=", 2, Operator::kOne, Op::kArithUpdate, flag(Arithmetic::kAdd)},
    {"-=", 2, Operator::kOne, Op::kArithUpdate, flag(Arithmetic::kSubtract)},
    {"*=", 2, Operator::kOne, Op::kArithUpdate, flag(Arithmetic::kMultiply)},
    {"/=", 2, Operator::kOne, Op::kArithUpdate, flag(Arithmetic::kDivide)},
    {"%=", 2, Operator::kOne, Op::kArithUpdate, flag(Arithmetic::kModulo)},
    {"//=", 2, Operator::kOne, Op::kAltUpdate, 0},
    {"or", 3, Operator::kLeft, Op::kOr, 0},
    {"and", 4, Operator::kLeft, Op::kAnd, 0},
    {"==", 5, Operator::kOne, Op::kCompare, flag(Comparison::kEqual)},
    {"!=", 5, Operator::kOne, Op::kCompare, flag(Comparison::kNotEqual)},
    {"<", 5, Operator::kOne, Op::kCompare, flag(Comparison::kLess)},
    {"<=", 5, Operator::kOne, Op::kCompare, flag(Comparison::kLessEqual)},
    {">", 5, Operator::kOne, Op::kCompare, flag(Comparison::kGreater)},
    {">=", 5, Operator::kOne, Op::kCompare, flag(Comparison::kGreaterEqual)},
    {"+", 6, Operator::kLeft, Op::kArithmetic, flag(Arithmetic::kAdd)},
    {"-", 6, Operator::kLeft, Op::kArithmetic, flag(Arithmetic::kSubtract)},
    {"*", 7, Operator::kLeft, Op::kArithmetic, flag(Arithmetic::kMultiply)},
    {"/", 7, Operator::kLeft, Op::kArithmetic, flag(Arithmetic::kDivide)},
    {"%", 7, Operator::kLeft, Op::kArithmetic, flag(Arithmetic::kModulo)},
}};

/// What the text begins with is no token.
std::string unexpected_character(std::string_view text, std::string_view expected) {
  const std::string_view character = text.substr(0, std::max<std::size_t>(utf8_sequence(text), 1));
  std::string message = fmt::format("unexpected {}; expected {}", config::quote(character), expected);
  if (character.size() > 1) {
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    const auto end = static_cast<std::size_t>(std::ranges::find_if(text, ascii) - text.begin());
    message += fmt::format(" (a name that is not ASCII stands in quotes: .\"{}\")", text.substr(0, end));
  }
  return message;
}

std::string digits_of(const Value& number) {
  char scratch[24];
  return std::string(number.digits(scratch));
}

const Operator* operator_at(const Token& token) {
  if (token.kind != TokenKind::kSign && token.kind != TokenKind::kName) return nullptr;
  const auto found = std::ranges::find(kOperators, token.text, &Operator::sign);
  return found == kOperators.end() ? nullptr : &*found;
}

}  // namespace

Parser::Parser(std::string_view text, Plan& plan) : text_(text), plan_(plan), lexer_(text) { advance(); }

NodeId Parser::parse() {
  const NodeId root = query();
  if (token_.kind != TokenKind::kEnd) unexpected("the end, or an operator");
  return root;
}

std::vector<std::uint32_t> Parser::parse_definitions() {
  std::vector<std::uint32_t> functions;
  while (token_.is_word("def")) functions.push_back(definition());
  if (token_.kind != TokenKind::kEnd) unexpected("def, or the end");
  return functions;
}

void Parser::enter() {
  if (++depth_ > kDeepest) fail(token_.offset, "nested too deeply");
}

NodeId Parser::query() {
  const Deeper deeper(*this);
  std::vector<std::pair<NodeId, std::size_t>> stages;
  while (true) {
    stages.emplace_back(comma(), token_.offset);
    if (!accept("|")) break;
  }
  NodeId made = stages.back().first;
  for (std::size_t i = stages.size() - 1; i-- > 0;)
    made =
        add({.op = Op::kPipe, .offset = static_cast<std::uint32_t>(stages[i].second), .a = stages[i].first, .b = made});
  return made;
}

NodeId Parser::comma() {
  NodeId left = item();
  while (token_.is(",")) {
    const auto offset = static_cast<std::uint32_t>(token_.offset);
    advance();
    const NodeId right = item();
    left = add({.op = Op::kComma, .offset = offset, .a = left, .b = right});
  }
  return left;
}

NodeId Parser::item() {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  if (token_.is_word("def")) {
    const std::uint32_t function = definition();
    // Definitions with nothing behind them are a program that gives its input.
    const bool last = token_.kind == TokenKind::kEnd;
    const NodeId rest = last ? add({.op = Op::kIdentity, .offset = offset}) : query();
    return add({.op = Op::kDefine, .offset = offset, .a = function, .b = rest});
  }
  if (token_.is_word("label")) return label();
  const NodeId source = expr(1);
  if (!token_.is_word("as")) return source;
  Node node{.op = Op::kBind, .offset = static_cast<std::uint32_t>(token_.offset), .a = source};
  advance();
  patterns(node);
  expect("|", "behind what `as` names");
  node.d = query();
  return add(node);
}

NodeId Parser::label() {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  advance();
  if (token_.kind != TokenKind::kVariable) unexpected("a name such as $out");
  const std::uint32_t name = text_id(token_.text);
  advance();
  expect("|", "behind the label");
  const NodeId body = query();
  return add({.op = Op::kLabel, .offset = offset, .b = body, .c = name});
}

NodeId Parser::expr(int loosest) {
  const Deeper deeper(*this);
  NodeId left = unary();
  int tightest_allowed = 8;  // an operator that stands alone does not stand beside one of its level
  while (const Operator* found = operator_at(token_)) {
    if (found->level < loosest) break;
    if (found->level >= tightest_allowed)
      fail(token_.offset, fmt::format("{} needs parentheses here", config::quote(found->sign)));
    const auto offset = static_cast<std::uint32_t>(token_.offset);
    advance();
    const NodeId right = expr(found->binds == Operator::kRight ? found->level : found->level + 1);
    left = add({.op = found->op, .flag = found->flag, .offset = offset, .a = left, .b = right});
    tightest_allowed = found->binds == Operator::kOne ? found->level : 8;
  }
  return left;
}

NodeId Parser::unary() {
  const auto offset = static_cast<std::uint32_t>(token_.offset);
  if (token_.is("-")) {
    const Deeper deeper(*this);
    advance();
    const bool number = token_.kind == TokenKind::kNumber;
    const NodeId of = unary();
    const Node& node = plan_.nodes[of];
    if (number && node.op == Op::kLiteral) {
      Value& value = plan_.literals[node.a];
      if (value.tag() == Value::Tag::kInteger && value.as_integer() != 0) value = Value::integer(-value.as_integer());
      else return literal(offset, Value::token(plan_.texts.emplace_back(fmt::format("-{}", digits_of(value)))));
      return of;
    }
    return add({.op = Op::kNegate, .offset = offset, .a = of});
  }
  if (token_.is_word("try")) {
    const Deeper deeper(*this);
    advance();
    Node node{.op = Op::kTry, .offset = offset, .a = unary()};
    if (accept_word("catch")) node.b = unary();
    return add(node);
  }
  return postfix();
}

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
