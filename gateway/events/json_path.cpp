#include "events/json_path.h"

#include <charconv>

#include "core/json_scan.h"
#include "core/json_text.h"

namespace causeway::events {
namespace {

constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view leading_name(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && (is_name_start(text[length]) || (length > 0 && is_digit(text[length])))) ++length;
  return text.substr(0, length);
}

std::size_t blanks(std::string_view text) {
  const std::size_t found = text.find_first_not_of(" \t\r\n");
  return found == std::string_view::npos ? text.size() : found;
}

Bytes item(Bytes array, std::size_t index) {
  for (JsonItems items(array); items.next();)
    if (index-- == 0) return items.value();
  return {};
}

}  // namespace

std::optional<std::string> read_json_string(std::string_view text, std::size_t& used) {
  if (!text.starts_with('"')) return std::nullopt;
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size() || check_json(text.substr(0, end + 1))) return std::nullopt;
  used = end + 1;
  return json_string_value(text.substr(0, used));
}

std::variant<JsonPath, JsonPath::Problem> JsonPath::parse(std::string_view text, std::size_t& used) {
  JsonPath path;
  if (!text.starts_with('.')) return Problem{0, "a path begins with a dot"};
  std::size_t at = 0;
  while (at < text.size() && (text[at] == '.' || text[at] == '[')) {
    const std::size_t step = at;
    if (text[at] == '.') {
      ++at;
      if (const std::string_view name = leading_name(text.substr(at)); !name.empty()) {
        path.steps_.emplace_back(std::string(name));
        at += name.size();
        continue;
      }
      std::size_t length = 0;
      if (auto name = read_json_string(text.substr(at), length)) {
        path.steps_.emplace_back(std::move(*name));
        at += length;
        continue;
      }
      if (at == 1 && (at == text.size() || text[at] != '[')) {
        if (at < text.size() && text[at] == '"') return Problem{at, "a string does not end"};
        break;  // the document itself
      }
      if (at == text.size() || text[at] != '[') return Problem{at, "a name was expected after the dot"};
    }
    ++at;
    at += blanks(text.substr(at));
    std::size_t length = 0;
    std::size_t index = 0;
    const char* const begin = text.data() + at;
    if (auto name = read_json_string(text.substr(at), length)) {
      path.steps_.emplace_back(std::move(*name));
    } else if (const auto [end, error] = std::from_chars(begin, text.data() + text.size(), index);
               error == std::errc() && end != begin) {
      length = static_cast<std::size_t>(end - begin);
      path.steps_.emplace_back(index);
    } else {
      return Problem{step, "expressions beyond a path are not in this version"};
    }
    at += length;
    at += blanks(text.substr(at));
    if (at == text.size() || text[at] != ']') return Problem{step, "expressions beyond a path are not in this version"};
    ++at;
  }
  used = at;
  return path;
}

Bytes JsonPath::find(Bytes document) const {
  Bytes value = trim_json(document);
  for (const Step& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) value = find_member(value, *name);
    else value = item(value, std::get<std::size_t>(step));
    if (value.empty()) return {};
  }
  return value;
}

}  // namespace causeway::events
