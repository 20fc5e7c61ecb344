#include "core/json_scan.h"

#include <algorithm>

namespace causeway {
namespace {

constexpr bool is_blank(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

const char* skip_blanks(const char* at, const char* end) {
  while (at != end && is_blank(*at)) ++at;
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
    return std::find_if(at, end, [](char byte) { return byte == ',' || byte == '}' || byte == ']' || is_blank(byte); });
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

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | ((point >> shift) & 0x3f))); };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (point >> 6)));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (point >> 12)));
    tail(6), tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | (point >> 18)));
    tail(12), tail(6), tail(0);
  }
}

// The four hex digits at `at`, 0xfffd when they are not there.
std::uint32_t hex4(const char* at, const char* end) {
  if (end - at < 4) return 0xfffd;
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char byte = at[i];
    const char letter = static_cast<char>(byte | 0x20);
    if (byte >= '0' && byte <= '9') value = value * 16 + static_cast<std::uint32_t>(byte - '0');
    else if (letter >= 'a' && letter <= 'f') value = value * 16 + static_cast<std::uint32_t>(letter - 'a' + 10);
    else return 0xfffd;
  }
  return value;
}

constexpr bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Appends what the escape behind the backslash says; `at` is at its letter. Gives the place behind the escape.
const char* unescape(const char* at, const char* end, std::string& out) {
  constexpr std::string_view kLetters = "nrtbf";
  constexpr std::string_view kMeanings = "\n\r\t\b\f";
  if (*at != 'u') {
    const std::size_t i = kLetters.find(*at);
    out.push_back(i == std::string_view::npos ? *at : kMeanings[i]);
    return at + 1;
  }
  std::uint32_t unit = hex4(at + 1, end);
  at += std::min<std::ptrdiff_t>(5, end - at);
  if (is_high(unit) && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    if (const std::uint32_t low = hex4(at + 2, end); is_low(low)) {
      append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      return at + 6;
    }
  }
  append_utf8(out, is_high(unit) || is_low(unit) ? 0xfffd : unit);
  return at;
}

// What stands between the quotes.
void unescape_all(Bytes inner, std::string& out) {
  const char* at = inner.data();
  const char* const end = at + inner.size();
  while (at != end) {
    const char* const stop = std::find(at, end, '\\');
    out.append(at, stop);
    at = stop == end ? end : stop + 1;
    if (stop != end && at != end) at = unescape(at, end, out);
  }
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
  while (!raw.empty() && is_blank(raw.front())) raw.remove_prefix(1);
  while (!raw.empty() && is_blank(raw.back())) raw.remove_suffix(1);
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
    unescape_all(name, unescaped_);
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
  unescape_all(between_quotes(raw), *value);
  return value;
}

}  // namespace causeway
