#include "core/json_scan.h"

#include <algorithm>

#include "core/json_tokens.h"
#include "core/json_unescape.h"

namespace causeway {
namespace {

const char* skip_blanks(const char* at, const char* end) {
  while (at != end && json::is_blank(*at)) ++at;
  return at;
}

// Behind the string whose opening quote is at `at`.
const char* skip_string(const char* at, const char* end) {
  for (++at; at != end; ++at) {
    if (*at == '"') return at + 1;
    if (*at == '\\' && ++at == end) break;
  }
  return end;
}

// Behind the value that begins at `at`.
const char* skip_value(const char* at, const char* end) {
  if (at == end) return end;
  if (*at == '"') return skip_string(at, end);
  if (*at != '{' && *at != '[')
    return std::find_if(at, end,
                        [](char byte) { return byte == ',' || byte == '}' || byte == ']' || json::is_blank(byte); });
  for (std::size_t depth = 0; at != end;) {
    if (*at == '"') {
      at = skip_string(at, end);
      continue;
    }
    if (*at == '{' || *at == '[') ++depth;
    else if ((*at == '}' || *at == ']') && --depth == 0) return at + 1;
    ++at;
  }
  return end;
}

Bytes slice(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

// Behind the opening bracket, or at the end when `raw` is something else.
const char* enter(Bytes raw, char bracket) {
  const char* const end = raw.data() + raw.size();
  const char* const at = skip_blanks(raw.data(), end);
  return at != end && *at == bracket ? at + 1 : end;
}

// To the next value of a container, past blanks and the comma; the end when there is none.
const char* next_value(const char* at, const char* end) {
  at = skip_blanks(at, end);
  if (at != end && *at == ',') at = skip_blanks(at + 1, end);
  return at == end || *at == '}' || *at == ']' ? end : at;
}

// Without the quotes; `raw` begins with one.
Bytes between_quotes(Bytes raw) {
  raw.remove_prefix(1);
  if (!raw.empty()) raw.remove_suffix(1);
  return raw;
}

}  // namespace

JsonKind json_kind(Bytes raw) {
  const char* const end = raw.data() + raw.size();
  const char* const at = skip_blanks(raw.data(), end);
  if (at == end) return JsonKind::kNone;
  switch (*at) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
    case 'f':
      return JsonKind::kBoolean;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

Bytes trim_json(Bytes raw) {
  while (!raw.empty() && json::is_blank(raw.front())) raw.remove_prefix(1);
  while (!raw.empty() && json::is_blank(raw.back())) raw.remove_suffix(1);
  return raw;
}

JsonMembers::JsonMembers(Bytes object) : at_(enter(object, '{')), end_(object.data() + object.size()) {}

bool JsonMembers::next() {
  const char* const key = next_value(at_, end_);
  if (key == end_ || *key != '"') {
    at_ = end_;
    return false;
  }
  const char* const colon = skip_string(key, end_);
  const Bytes name = between_quotes(slice(key, colon));
  if (name.find('\\') == Bytes::npos) {
    key_ = name;
  } else {
    unescaped_.clear();
    json::append_unescaped(name, unescaped_);
    key_ = unescaped_;
  }
  const char* begin = skip_blanks(colon, end_);
  if (begin != end_) begin = skip_blanks(begin + 1, end_);
  at_ = skip_value(begin, end_);
  value_ = slice(begin, at_);
  raw_ = slice(key, at_);
  return true;
}

JsonItems::JsonItems(Bytes array) : at_(enter(array, '[')), end_(array.data() + array.size()) {}

bool JsonItems::next() {
  const char* const begin = next_value(at_, end_);
  if (begin == end_) {
    at_ = end_;
    return false;
  }
  at_ = skip_value(begin, end_);
  value_ = slice(begin, at_);
  return true;
}

Bytes find_member(Bytes object, std::string_view name) {
  Bytes found;
  for (JsonMembers members(object); members.next();)
    if (members.key() == name) found = members.value();
  return found;
}

std::optional<std::string> json_string_value(Bytes raw) {
  raw = trim_json(raw);
  if (raw.empty() || raw.front() != '"') return std::nullopt;
  std::optional<std::string> value(std::in_place);
  json::append_unescaped(between_quotes(raw), *value);
  return value;
}

}  // namespace causeway
