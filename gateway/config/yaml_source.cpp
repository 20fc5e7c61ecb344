#include "config/yaml_source.h"

#include <algorithm>

namespace causeway::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The length of the UTF-8 character at the front, 0 when there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t character(std::string_view text) {
  const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

constexpr std::string_view kBlank = " \t\r\n";

/// More unclosed brackets than any text holds: yaml-cpp would gather gigabytes of tokens before the depth is seen.
constexpr int kUnclosedBrackets = 4096;

/// More of what begins or ends a value than any file of 8 MiB needs. A line of brackets may be a key until its end is
/// seen, so that yaml-cpp keeps a hundred bytes for each of them before it shows the first.
constexpr std::size_t kIndicators = 2'000'000;

bool is_indicator(char c) { return std::string_view("[]{},&*!?\"'").find(c) != std::string_view::npos; }

std::string_view skip_blank(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
}

/// Where the quoted text that begins at `at` ends: the place of its last quote, or of the end of the text.
std::size_t end_of_quote(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') ++at;
    else if (text[at] == quote && quote == '\'' && text.substr(at + 1).starts_with('\'')) ++at;
    else if (text[at] == quote) return at;
  }
  return text.size();
}

bool printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7F) || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

YamlSource::YamlSource(std::string_view text, const std::string& file)
    : text_(text), file_(std::make_shared<const std::string>(file)) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  line_starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1))
    line_starts_.push_back(at + 1);
}

std::optional<YamlSource::Fault> YamlSource::find_fault() {
  if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))
    return Fault{position_of(0), "UTF-16; a file is UTF-8"};
  int brackets = 0;
  std::size_t indicators = 0;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t length = character(text_.substr(at));
    if (length == 0) return Fault{position_of(at), "not UTF-8"};
    if (length == 1 && !printable(text_[at])) return Fault{position_of(at), "a control character"};
    brackets += text_[at] == '[' || text_[at] == '{';
    brackets -= text_[at] == ']' || text_[at] == '}';
    if (brackets > kUnclosedBrackets) return Fault{position_of(at), "too many brackets are never closed"};
    if (is_indicator(text_[at]) && ++indicators > kIndicators) return Fault{position_of(at), "too many values"};
    if (text_[at] == '\r' && !text_.substr(at + 1).starts_with('\n'))
      return Fault{position_of(at), "a line ends in a carriage return alone; lines end in a line feed"};
    at += length;
  }
  return std::nullopt;
}

Position YamlSource::position(int line, int byte_column) {
  if (line < 1) return {file_, 0, 0};
  const std::size_t start = line_starts_[std::min<std::size_t>(line - 1, line_starts_.size() - 1)];
  const std::size_t target = std::min(start + static_cast<std::size_t>(std::max(byte_column, 0)), text_.size());
  if (line != last_line_) {
    last_line_ = line;
    last_byte_ = start;
    last_column_ = 1;
  }
  for (; last_byte_ < target; ++last_byte_) last_column_ += continues(text_[last_byte_]) ? 0 : 1;
  for (; last_byte_ > target; --last_byte_) last_column_ -= continues(text_[last_byte_ - 1]) ? 0 : 1;
  return {file_, line, last_column_};
}

Position YamlSource::position_of_null(const YAML::Mark& mark, const Position* key) {
  if (key) return mark.line + 1 == key->line ? position(mark) : *key;
  const std::string_view text = after_properties(mark);
  if (text.starts_with('~') || text.starts_with("null") || text.starts_with("Null") || text.starts_with("NULL"))
    return position(mark);
  for (std::size_t line = std::min<std::size_t>(mark.line + 1, line_starts_.size()); line > 0; --line) {
    const std::size_t start = line_starts_[line - 1];
    const std::size_t first = text_.find_first_not_of(" \t", start);
    if (first < static_cast<std::size_t>(std::max(mark.pos, 0)) && text_[first] == '-')
      return position(static_cast<int>(line), static_cast<int>(first - start));
  }
  return position(mark);
}

std::optional<Position> YamlSource::tab_indenting(const YAML::Mark& mark) {
  if (mark.is_null() || static_cast<std::size_t>(mark.line) >= line_starts_.size()) return std::nullopt;
  const std::string_view line = text_.substr(line_starts_[static_cast<std::size_t>(mark.line)]);
  const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
  if (!line.substr(blanks).starts_with('\t')) return std::nullopt;
  return position(mark.line + 1, static_cast<int>(blanks));
}

std::optional<YamlSource::LongQuote> YamlSource::long_quote_before(const YAML::Mark& mark) {
  if (mark.is_null() || static_cast<std::size_t>(mark.line) >= line_starts_.size()) return std::nullopt;
  const std::size_t until = std::min(text_.find('\n', line_starts_[static_cast<std::size_t>(mark.line)]), text_.size());
  bool may_begin = true;  // a quote within a word begins nothing
  for (std::size_t at = 0; at < until; ++at) {
    const char c = text_[at];
    if (may_begin && c == '#') {
      at = std::min(text_.find('\n', at), until);
    } else if (may_begin && (c == '"' || c == '\'')) {
      const std::size_t end = end_of_quote(text_, at);
      const std::size_t next = text_.find_first_not_of(" \t", std::min(end + 1, text_.size()));
      const bool goes_on =
          next < text_.size() && std::string_view("\r\n,:]}#").find(text_[next]) == std::string_view::npos;
      if (goes_on && text_.substr(at, end - at).find('\n') != std::string_view::npos)
        return LongQuote{position_of(at), position_of(end).line};
      at = end;
      may_begin = false;
    } else {
      may_begin = kBlank.find(c) != std::string_view::npos || c == '[' || c == '{' || c == ',';
    }
  }
  return std::nullopt;
}

std::string_view YamlSource::from(const YAML::Mark& mark) const {
  return text_.substr(std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size()));
}

bool YamlSource::quote_stays_open(const YAML::Mark& mark) const {
  const std::string_view text = after_properties(mark);
  const char quote = text.empty() ? ' ' : text.front();
  if (quote == '"') {
    for (std::size_t at = 1; at < text.size(); ++at) {
      if (text[at] == '"') return false;
      if (text[at] == '\\') ++at;
    }
    return true;
  }
  if (quote != '\'') return false;
  std::size_t end = text.find('\'', 1);
  while (end != std::string_view::npos && text.substr(end + 1).starts_with('\'')) end = text.find('\'', end + 2);
  return end == std::string_view::npos;
}

bool YamlSource::colon_missing(const YAML::Mark& mark, std::string_view key) const {
  std::string_view before = text_.substr(0, text_.size() - from(mark).size());
  before = before.substr(0, before.find_last_not_of(" \t") + 1);
  if (before.ends_with('?')) return false;  // an explicit key needs none
  std::string_view text = after_properties(mark);
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.empty() || text.starts_with('\n') || text.starts_with('\r') || text.starts_with('#');
}

std::string_view YamlSource::after_properties(const YAML::Mark& mark) const {
  std::string_view text = from(mark);
  while (text.starts_with('&') || text.starts_with('!'))
    text = skip_blank(text.substr(std::min(text.find_first_of(kBlank), text.size())));
  return text;
}

Position YamlSource::position_of(std::size_t offset) {
  const auto after = std::ranges::upper_bound(line_starts_, offset);
  const auto line = static_cast<int>(after - line_starts_.begin());
  return position(line, static_cast<int>(offset - *(after - 1)));
}

}  // namespace causeway::config
