#include "telemetry/masker.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.h"
#include "telemetry/json_mask.h"
#include "telemetry/log_escape.h"

namespace causeway::telemetry {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::array<std::string_view, 10> kTextTypes{
    "application/json",       "application/xml",   "application/x-www-form-urlencoded",
    "application/javascript", "application/yaml",  "application/x-yaml",
    "application/x-ndjson",   "application/jsonl", "application/sql",
    "application/graphql"};

std::string_view essence(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  const auto first = content_type.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return content_type.substr(first, content_type.find_last_not_of(" \t") - first + 1);
}

bool starts_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && equals_ignoring_case(text.substr(0, start.size()), start);
}
bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

// Without the first bytes of a character that the limit cut in two.
std::string_view without_cut_character(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? text.substr(0, text.size() - back) : text;
  }
  return text;
}

// For bodies that do not say what they are.
bool looks_like_text(std::string_view text) {
  while (!text.empty()) {
    const auto [code_point, length] = decode_utf8(text);
    if (length == 0 || code_point == 0x7f ||
        (code_point < ' ' && text[0] != '\t' && text[0] != '\r' && text[0] != '\n')) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

bool looks_like_form(std::string_view text) {
  return text.find('=') != std::string_view::npos && text.find_first_of(" \t\r\n<>\"'") == std::string_view::npos;
}

void append_summary(std::string& out, std::uint64_t size, std::string_view type, bool masked = false) {
  out += '(' + std::to_string(size) + " bytes";
  if (!type.empty()) (out += " of ") += type;
  out += masked ? ", masked)" : ")";
}

}  // namespace

bool is_text_type(std::string_view content_type) {
  const std::string_view type = essence(content_type);
  if (type == kTextTypes[0]) return true;  // most of them
  return type.empty() || starts_ignoring_case(type, "text/") || ends_ignoring_case(type, "+json") ||
         ends_ignoring_case(type, "+xml") || std::any_of(kTextTypes.begin(), kTextTypes.end(), [type](auto known) {
           return equals_ignoring_case(type, known);
         });
}

Masker::Masker(std::vector<std::string> keys) : secrets_(std::move(keys)) {}

void Masker::append(std::string& out, const LoggedBody& body) const {
  if (body.size == 0 && body.prefix.empty()) return;
  const std::string_view type = essence(body.type);
  const bool cut = body.size > body.prefix.size();
  const std::string_view text = cut ? without_cut_character(body.prefix) : body.prefix;
  const bool binary =
      !is_text_type(type) || text.find('\0') != std::string_view::npos || (type.empty() && !looks_like_text(text));
  if (binary) return append_summary(out, body.size, type);

  const std::size_t start = out.size();
  if (!append_masked(out, text, equals_ignoring_case(type, kFormType))) {
    out.resize(start);
    return append_summary(out, body.size, type, true);
  }
  if (!cut) return;
  out += "…";
  append_summary(out, body.size, {});
}

// False when the text names a masked key and nothing is known about where its value stands.
bool Masker::append_masked(std::string& out, std::string_view text, bool form) const {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  // JSON before forms: many clients post JSON without saying so.
  const std::size_t start = out.size();
  if (looks_like_json(text)) {
    if (append_masked_json(out, text, secrets_)) return true;
    out.resize(start);
  } else if (form || looks_like_form(text)) {
    append_form(out, text);
    return true;
  }
  if (secrets_.named_in(text)) return false;
  out += text;
  return true;
}

void Masker::append_form(std::string& out, std::string_view text) const {
  while (true) {
    const auto end = std::min(text.find('&'), text.size());
    const auto field = text.substr(0, end);
    const auto equals = field.find('=');
    const bool secret =
        equals != std::string_view::npos &&
        (secrets_.named_in(field.substr(0, equals)) || secrets_.assigned_in(decode_percent(field.substr(equals + 1))));
    if (secret) out.append(field, 0, equals + 1).append("***");
    else out += field;
    if (end == text.size()) return;
    out += '&';
    text.remove_prefix(end + 1);
  }
}

}  // namespace causeway::telemetry
