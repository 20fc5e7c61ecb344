// From the text of a program to the tree of a plan, in which names are still texts. Internal to expression.
//
//   query:   item (`,` item)* (`|` query)
//   item:    `def` … `;` query  ·  `label $x |` query  ·  expr  ·  expr `as` patterns `|` query
//   expr:    by precedence, loosest first: `//` (right) · `= |= += -= *= /= %= //=` (one) · `or` · `and` ·
//            `== != < <= > >=` (one) · `+ -` · `* / %`
//   unary:   `-` unary  ·  `try` unary (`catch` unary)  ·  postfix
//   postfix: term (`.name` · `."text"` · `[…]` · `?`)*
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expression/parse/lexer.h"
#include "expression/plan/plan.h"
#include "expression/program.h"

namespace causeway::expression {

/// What parser and resolver throw; Program::compile catches it.
struct DoesNotCompile {
  CompileProblem problem;
};

class Parser {
 public:
  /// Both outlive it.
  Parser(std::string_view text, Plan& plan);
  /// The whole text as a program: a query, or definitions, after which the program is `.`.
  NodeId parse();
  /// The whole text as definitions of functions; their numbers.
  std::vector<std::uint32_t> parse_definitions();

 private:
  /// Counts how deep the parser is in itself.
  class Deeper {
   public:
    explicit Deeper(Parser& parser) : parser_(parser) { parser_.enter(); }
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Parser& parser_;
  };
  void enter();

  NodeId query();
  NodeId comma();
  NodeId item();
  NodeId label();
  NodeId expr(int loosest);
  NodeId unary();
  NodeId postfix();
  /// `part`: the term takes a part of something.
  NodeId postfix_of(NodeId term, bool part);
  NodeId bracket(NodeId term, std::size_t offset);

  NodeId term();
  NodeId number();
  NodeId string_or_format(std::uint32_t format);
  std::uint32_t format_named(const Token& token);
  NodeId variable();
  NodeId call();
  NodeId conditional();
  NodeId loop();
  NodeId array();
  NodeId object();
  void object_entry(std::vector<NodeId>& entries);
  NodeId object_value();
  NodeId location(std::size_t offset);

  std::uint32_t definition();
  void patterns(Node& node);
  NodeId pattern();
  NodeId array_pattern();
  NodeId object_pattern();

  void advance() { token_ = lexer_.next(); }
  bool accept(std::string_view sign);
  bool accept_word(std::string_view word);
  void expect(std::string_view sign, std::string_view why);
  void expect_word(std::string_view word);
  [[noreturn]] void unexpected(std::string_view expected) const;
  [[noreturn]] void fail(std::size_t offset, std::string message) const;

  NodeId add(Node node);
  NodeId literal_text(std::size_t offset, std::string text);
  NodeId literal(std::size_t offset, Value value);
  std::uint32_t text_id(std::string_view text);
  /// Puts the children into the lists; their first and count into a and b.
  void set_list(Node& node, const std::vector<NodeId>& children);

  std::string_view text_;
  Plan& plan_;
  Lexer lexer_;
  Token token_;
  int depth_ = 0;
  std::size_t located_ = 0;  // whose line is `line_`
  std::int64_t line_ = 1;
};

}  // namespace causeway::expression
