#include "config/scalar_places.h"

#include <algorithm>

namespace causeway::config {
namespace {

/// Reads the file and the text side by side.
class Walk {
 public:
  Walk(YamlSource& source, std::string_view raw, std::string_view text)
      : source_(source), raw_(raw), text_(text), base_(source.text().size() - raw.size()) {}

  bool run() {
    const char style = raw_.empty() ? ' ' : raw_.front();
    if (style == '|' || style == '>') return block();
    if (style != '"' && style != '\'') return flow('\0');
    ++at_;
    return flow(style);
  }
  std::vector<ScalarPlace> take() { return std::move(places_); }

 private:
  /// What stands at the offset in both is the same, and was not where the one before ended.
  void take_one() {
    if (apart_) {
      const Position here = source_.position_of(base_ + at_);
      places_.push_back({done_, here.line, here.column});
      apart_ = false;
    }
    ++at_;
    ++done_;
  }
  bool at_end() const { return at_ >= raw_.size(); }
  char raw() const { return at_end() ? '\0' : raw_[at_]; }
  char text() const { return text_[done_]; }

  /// Blanks and the end of a line, with the blank lines behind it, which the text has as one blank or as line ends.
  bool fold() {
    std::size_t end = at_;
    int lines = 0;
    for (; end < raw_.size() && std::string_view(" \t\r\n").find(raw_[end]) != std::string_view::npos; ++end)
      lines += raw_[end] == '\n';
    if (lines == 0) return false;
    at_ = end;
    apart_ = true;
    if (lines == 1) {
      if (done_ == text_.size()) return true;
      if (text() != ' ') return false;
      ++done_;
      return true;
    }
    for (int i = 1; i < lines && done_ < text_.size(); ++i, ++done_)
      if (text() != '\n') return false;
    return true;
  }

  /// Plain and quoted ones.
  bool flow(char quote) {
    while (done_ < text_.size()) {
      if (at_end()) return false;
      if (quote == '"' && raw() == '\\') {
        if (!escape()) return false;
      } else if (quote == '\'' && raw() == '\'') {
        ++at_;
        if (raw() != '\'' || text() != '\'') return false;
        take_one();
        apart_ = true;
      } else if (ends_line() && fold()) {
        continue;
      } else if (raw() == text() && raw() != '\n') {
        take_one();
      } else {
        return false;
      }
    }
    return true;
  }

  /// Only blanks are left of the line.
  bool ends_line() const {
    const std::size_t next = raw_.find_first_not_of(" \t\r", at_);
    return next != std::string_view::npos && raw_[next] == '\n';
  }

  bool escape() {
    static constexpr std::string_view kLetters = "0abt\tnvfre \"/\\";
    static constexpr std::string_view kMeanings("\0\a\b\t\t\n\v\f\r\x1b \"/\\", 14);
    const std::size_t begin = at_;
    const char letter = at_ + 1 < raw_.size() ? raw_[at_ + 1] : '\0';
    apart_ = true;
    if (letter == '\n' || letter == '\r') {
      at_ = std::min(raw_.find_first_not_of(" \t\r\n", at_ + 1), raw_.size());
      return true;
    }
    // A place of its own: the error is shown at the backslash.
    const Position here = source_.position_of(base_ + begin);
    places_.push_back({done_, here.line, here.column});
    if (const std::size_t i = kLetters.find(letter); i != std::string_view::npos) {
      if (text() != kMeanings[i]) return false;
      at_ += 2;
      ++done_;
      return true;
    }
    const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits == 0) return letter == 'N' || letter == '_' || letter == 'L' || letter == 'P' ? character(2) : false;
    return character(2 + digits);
  }

  /// One character of the text, for so many bytes of the file.
  bool character(std::size_t bytes) {
    at_ += bytes;
    ++done_;
    while (done_ < text_.size() && (static_cast<unsigned char>(text_[done_]) & 0xC0) == 0x80) ++done_;
    return at_ <= raw_.size();
  }

  /// `|` and `>`: behind the line with the sign, lines that are indented alike.
  bool block() {
    const bool folded = raw_.front() == '>';
    at_ = raw_.find('\n');
    if (at_ == std::string_view::npos) return text_.empty();
    ++at_;
    const std::size_t indent = indentation();
    while (done_ < text_.size()) {
      apart_ = true;
      for (std::size_t i = 0; i < indent && raw() == ' '; ++i) ++at_;
      while (!at_end() && raw() != '\n' && done_ < text_.size()) {
        if (raw() == '\r' && raw_.substr(at_ + 1).starts_with('\n')) {
          ++at_;
          continue;
        }
        if (raw() != text()) return false;
        take_one();
      }
      if (done_ == text_.size()) return true;
      if (at_end()) return text_.find_first_not_of('\n', done_) == std::string_view::npos;
      if (text() == '\n') {
        take_one();
        continue;
      }
      if (!folded) return false;
      ++at_;
      if (text() == ' ') ++done_;
    }
    return true;
  }

  /// What the first line that says something has more blanks in the file than in the text.
  std::size_t indentation() const {
    const std::string_view file = raw_.substr(at_);
    const auto blanks_in = [](std::string_view lines) {
      const std::size_t first = std::min(lines.find_first_not_of(" \r\n"), lines.size());
      const std::size_t end = lines.substr(0, first).rfind('\n');
      return end == std::string_view::npos ? first : first - end - 1;
    };
    const std::size_t in_file = blanks_in(file);
    const std::size_t in_text = blanks_in(text_);
    return in_file > in_text ? in_file - in_text : 0;
  }

  YamlSource& source_;
  std::string_view raw_;
  std::string_view text_;
  std::size_t base_;
  std::size_t at_ = 0;    // in the file
  std::size_t done_ = 0;  // of the text
  bool apart_ = true;
  std::vector<ScalarPlace> places_;
};

}  // namespace

std::vector<ScalarPlace> places_of(YamlSource& source, const YAML::Mark& mark, std::string_view text) {
  Walk walk(source, source.after_properties(mark), text);
  if (!walk.run()) return {};
  return walk.take();
}

}  // namespace causeway::config
