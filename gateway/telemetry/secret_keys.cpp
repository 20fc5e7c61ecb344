#include "telemetry/secret_keys.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace causeway::telemetry {
namespace {

constexpr int kMaxEncodings = 4;  // JSON in a string in JSON in a form …

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; }

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::optional<std::uint32_t> parse_hex(std::string_view text, std::size_t digits) {
  std::uint32_t value = 0;
  if (text.size() < digits) return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, 16);
  if (error != std::errc() || end != text.data() + digits) return {};
  return value;
}

// Surrogates stay unpaired: keys with characters beyond the basic plane are not worth more code.
void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | code_point >> 12);
    out += static_cast<char>(0x80 | (code_point >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code_point & 0x3f));
  }
}

char unescape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

SecretKeys::SecretKeys(std::vector<std::string> keys) : keys_(std::move(keys)) {
  for (std::string& key : keys_) key = lower_case(key);
  std::erase(keys_, "");
}

bool SecretKeys::has(std::string_view key) const {
  return std::any_of(keys_.begin(), keys_.end(), [key](const std::string& secret) {
    return std::equal(key.begin(), key.end(), secret.begin(), secret.end(),
                      [](char a, char b) { return lower(a) == b; });
  });
}

bool SecretKeys::named_plainly(std::string_view text) const {
  const std::string folded = lower_case(text);
  for (const std::string& key : keys_) {
    for (auto at = folded.find(key); at != std::string::npos; at = folded.find(key, at + 1)) {
      const auto end = at + key.size();
      if ((at == 0 || !is_word(folded[at - 1])) && (end == folded.size() || !is_word(folded[end]))) return true;
    }
  }
  return false;
}

bool SecretKeys::named_in(std::string_view text) const {
  std::string decoded(text);
  for (int round = 0; round < kMaxEncodings; ++round) {
    if (named_plainly(decoded)) return true;
    const bool json = decoded.find('\\') != std::string::npos;
    const bool percent = decoded.find('%') != std::string::npos;
    if (!json && !percent) return false;
    if (json) decoded = decode_json_escapes(decoded);
    if (percent) decoded = decode_percent(decoded);
  }
  return named_plainly(decoded);
}

bool SecretKeys::assigned_in(std::string_view text) const {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  const bool structured = text[first] == '{' || text[first] == '[' || text[first] == '"';
  return (structured || text.find('=') != std::string_view::npos) && named_in(text);
}

std::string decode_json_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text[0] != '\\' || text.size() == 1) {
      out += text[0];
      text.remove_prefix(1);
    } else if (const auto code_point = text[1] == 'u' ? parse_hex(text.substr(2), 4) : std::nullopt) {
      append_utf8(out, *code_point);
      text.remove_prefix(6);
    } else {
      out += unescape(text[1]);
      text.remove_prefix(2);
    }
  }
  return out;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto byte = text[0] == '%' ? parse_hex(text.substr(1), 2) : std::nullopt;
    out += byte ? static_cast<char>(*byte) : text[0] == '+' ? ' ' : text[0];
    text.remove_prefix(byte ? 3 : 1);
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

}  // namespace causeway::telemetry
