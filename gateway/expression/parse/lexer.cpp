#include "expression/parse/lexer.h"

#include <algorithm>
#include <array>

#include "expression/values/strings.h"

namespace causeway::expression {
namespace {

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return begins_name(c) || is_digit(c); }

constexpr std::array<std::string_view, 34> kSigns = {
    "?//", "//=", "==", "!=", "<=", ">=", "|=", "+=", "-=", "*=", "/=", "%=", "//", "..", ".", "[", "]",
    "{",   "}",   "(",  ")",  "|",  ",",  ":",  ";",  "=",  "<",  ">",  "+",  "-",  "*",  "/", "%", "?"};

constexpr std::array<std::string_view, 18> kKeywords = {"def",    "if",      "then",    "elif", "else",    "end",
                                                        "as",     "reduce",  "foreach", "try",  "catch",   "label",
                                                        "import", "include", "and",     "or",   "__loc__", "module"};

}  // namespace

bool is_keyword(std::string_view name) { return std::ranges::find(kKeywords, name) != kKeywords.end(); }

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (c == '#') {
      // A line that ends in an odd number of backslashes goes on in the next.
      bool odd = false;
      for (; at_ < text_.size() && (text_[at_] != '\n' || odd); ++at_) {
        if (text_[at_] == '\r' && text_.substr(at_ + 1).starts_with('\n')) continue;
        odd = text_[at_] == '\\' && !odd;
      }
    } else {
      return;
    }
  }
}

std::size_t Lexer::end_of_name(std::size_t at) const {
  while (at < text_.size() && continues_name(text_[at])) ++at;
  return at;
}

Token Lexer::sign(std::size_t length) {
  Token token{TokenKind::kSign, at_, text_.substr(at_, length)};
  at_ += length;
  return token;
}

Token Lexer::next() {
  const std::size_t behind_last = at_;
  skip_blanks();
  if (at_ >= text_.size()) return {TokenKind::kEnd, behind_last, {}};
  const std::size_t begin = at_;
  const char c = text_[begin];
  const char behind = begin + 1 < text_.size() ? text_[begin + 1] : '\0';
  const auto named = [&](TokenKind kind, std::size_t from) {
    at_ = end_of_name(from);
    return Token{kind, begin, text_.substr(from, at_ - from)};
  };
  if (c == '"') {
    ++at_;
    return {TokenKind::kQuote, begin, text_.substr(begin, 1)};
  }
  if (begins_name(c)) {
    Token token = named(TokenKind::kName, begin);
    if (text_.substr(at_).starts_with("::")) return {TokenKind::kWrong, begin, "modules are not in this version"};
    return token;
  }
  if (c == '.' && begins_name(behind)) return named(TokenKind::kField, begin + 1);
  if (c == '$' && begins_name(behind)) return named(TokenKind::kVariable, begin + 1);
  if (c == '@' && begins_name(behind)) return named(TokenKind::kFormat, begin + 1);
  if (is_digit(c) || (c == '.' && is_digit(behind))) {
    std::size_t at = begin;
    const auto digits = [&] {
      while (at < text_.size() && is_digit(text_[at])) ++at;
    };
    digits();
    if (at < text_.size() && text_[at] == '.') ++at, digits();
    if (at < text_.size() && (text_[at] | 0x20) == 'e') {
      std::size_t exponent = at + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && is_digit(text_[exponent])) {
        at = exponent;
        digits();
      }
    }
    at_ = at;
    return {TokenKind::kNumber, begin, text_.substr(begin, at - begin)};
  }
  for (const std::string_view candidate : kSigns)
    if (text_.substr(begin).starts_with(candidate)) return sign(candidate.size());
  return {TokenKind::kWrong, begin, {}};
}

Lexer::Piece Lexer::wrong(std::size_t offset, std::string_view problem) {
  problem_ = problem;
  problem_offset_ = offset;
  return Piece::kWrong;
}

Lexer::Piece Lexer::read_piece(std::string& out) {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return Piece::kQuote;
    }
    if (c != '\\') {
      const std::size_t stop = std::min(text_.find_first_of("\"\\", at_), text_.size());
      out.append(text_.substr(at_, stop - at_));
      at_ = stop;
      continue;
    }
    if (text_.substr(at_ + 1).starts_with('(')) {
      at_ += 2;
      return Piece::kInterpolation;
    }
    const std::size_t begin = at_;
    if (!read_escape(out))
      return wrong(begin, R"(no such escape; one of \" \\ \/ \b \f \n \r \t \u1234 \( was expected)");
  }
  return wrong(text_.size(), "the string is never closed; expected a quote");
}

bool Lexer::read_hex(std::uint32_t& unit) {
  if (text_.size() - at_ < 4) return false;
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = text_[at_ + static_cast<std::size_t>(i)];
    const char letter = static_cast<char>(c | 0x20);
    if (is_digit(c)) unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
    else if (letter >= 'a' && letter <= 'f') unit = unit * 16 + static_cast<std::uint32_t>(letter - 'a' + 10);
    else return false;
  }
  at_ += 4;
  return true;
}

bool Lexer::read_escape(std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (at_ + 1 >= text_.size()) return false;
  const char letter = text_[at_ + 1];
  if (const std::size_t i = kLetters.find(letter); i != std::string_view::npos) {
    out += kMeanings[i];
    at_ += 2;
    return true;
  }
  if (letter != 'u') return false;
  at_ += 2;
  std::uint32_t point = 0;
  if (!read_hex(point)) return false;
  if (point >= 0xd800 && point < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
    const std::size_t low_at = at_;
    std::uint32_t low = 0;
    at_ += 2;
    if (!read_hex(low)) return false;
    if (low >= 0xdc00 && low < 0xe000) point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    else at_ = low_at;
  }
  if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto tail = [&](int shift) { put(0x80 | ((point >> shift) & 0x3f)); };
  if (point < 0x80) put(point);
  else if (point < 0x800) put(0xc0 | (point >> 6)), tail(0);
  else if (point < 0x10000) put(0xe0 | (point >> 12)), tail(6), tail(0);
  else put(0xf0 | (point >> 18)), tail(12), tail(6), tail(0);
  return true;
}

}  // namespace causeway::expression
