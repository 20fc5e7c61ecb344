// Cuts the text of a program into tokens. Internal to expression. Not thread safe; tokens view the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::expression {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,      // also keywords; text: the name
  kField,     // .name; text: the name
  kVariable,  // $name; text: the name
  kNumber,    // text: as written
  kFormat,    // @name; text: the name
  kQuote,     // a string begins: read_piece goes on
  kSign,      // text: the operator or bracket
  kWrong      // text: what is wrong
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;
  std::string_view text;

  bool is(std::string_view sign) const { return kind == TokenKind::kSign && text == sign; }
  bool is_word(std::string_view word) const { return kind == TokenKind::kName && text == word; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next();

  enum class Piece : std::uint8_t { kQuote, kInterpolation, kWrong };
  /// The next piece of a string, unescaped, behind its quote or behind the `)` of an interpolation: up to the quote
  /// that ends it or to `\(`. kWrong: problem() and problem_offset() say what and where.
  Piece read_piece(std::string& out);
  std::string_view problem() const { return problem_; }
  std::size_t problem_offset() const { return problem_offset_; }

 private:
  void skip_blanks();
  Token sign(std::size_t length);
  Piece wrong(std::size_t offset, std::string_view problem);
  bool read_escape(std::string& out);
  bool read_hex(std::uint32_t& unit);
  std::size_t end_of_name(std::size_t at) const;

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view problem_;
  std::size_t problem_offset_ = 0;
};

bool is_keyword(std::string_view name);

}  // namespace causeway::expression
