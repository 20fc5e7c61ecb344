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

std::string_view skip_blank(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
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
  int brackets = 0;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t length = character(text_.substr(at));
    if (length == 0) return Fault{position_of(at), "not UTF-8"};
    if (length == 1 && !printable(text_[at])) return Fault{position_of(at), "a control character"};
    brackets += text_[at] == '[' || text_[at] == '{';
    brackets -= text_[at] == ']' || text_[at] == '}';
    if (brackets > kUnclosedBrackets) return Fault{position_of(at), "too many brackets are never closed"};
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
