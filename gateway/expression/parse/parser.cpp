#include "expression/parse/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/errors.h"

namespace causeway::expression {
namespace {

/// Of brackets and bodies within each other; most count twice.
constexpr int kDeepest = 800;

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

}  // namespace causeway::expression
