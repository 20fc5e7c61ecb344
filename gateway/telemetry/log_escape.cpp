#include "telemetry/log_escape.h"

#include <array>

#include "telemetry/hex.h"

namespace causeway::telemetry {
namespace {

constexpr std::uint32_t kInvisible[][2] = {
    {0x7f, 0x9f},      // DEL and C1
    {0x61c, 0x61c},    // Arabic letter mark
    {0x200e, 0x200f},  // direction marks
    {0x2028, 0x2029},  // line and paragraph separator
    {0x202a, 0x202e},  // bidirectional overrides
    {0x2066, 0x2069},  // bidirectional isolates
    {0xfeff, 0xfeff},  // byte order mark
};

bool invisible(std::uint32_t code_point) {
  if (code_point < 0x20) return true;
  for (const auto& [first, last] : kInvisible) {
    if (code_point >= first && code_point <= last) return true;
  }
  return false;
}

void append_hex(std::string& out, std::string_view prefix, std::uint32_t value, int digits) {
  char text[8];
  out.append(prefix).append(text, put_hex(text, value, digits));
}

constexpr std::array<bool, 256> kPlainJson = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

/// The rules that differ between the forms.
struct TextRules {
  static constexpr std::string_view kByte = "\\x";
  /// How many bytes stand as they are; `before` becomes the last of them.
  static std::size_t plain(std::string_view text, char& before) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c < ' ' || c > '~' || (c == '|' && (before == ' ' || before == '\0'))) return i;
      before = c;
    }
    return text.size();
  }
  static void control(std::string& out, std::uint32_t code_point) { append_hex(out, "\\x", code_point, 2); }
};
struct JsonRules {
  static constexpr std::string_view kByte = "\\\\x";
  static std::size_t plain(std::string_view text, char&) {
    std::size_t i = 0;
    while (i < text.size() && kPlainJson[static_cast<unsigned char>(text[i])]) ++i;
    return i;
  }
  static void control(std::string& out, std::uint32_t code_point) { append_hex(out, "\\u", code_point, 4); }
};

template <class Rules>
void append_escaped(std::string& out, std::string_view text) {
  char before = '\0';
  while (!text.empty()) {
    const std::size_t plain = Rules::plain(text, before);
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    if (text[0] >= ' ' && text[0] <= '~') {  // special
      (out += '\\') += before = text[0];
      text.remove_prefix(1);
      continue;
    }

    const Utf8 character = decode_utf8(text);
    const std::size_t length = character.length == 0 ? 1 : character.length;
    if (character.length == 0) append_hex(out, Rules::kByte, static_cast<unsigned char>(text[0]), 2);
    else if (text[0] == '\n') out += "\\n";
    else if (text[0] == '\r') out += "\\r";
    else if (text[0] == '\t') out += "\\t";
    else if (!invisible(character.code_point)) out.append(text, 0, length);
    else if (character.code_point < 0x100) Rules::control(out, character.code_point);
    else append_hex(out, "\\u", character.code_point, 4);
    before = text[length - 1];
    text.remove_prefix(length);
  }
}

}  // namespace

Utf8 decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xc2 || first > 0xf4) return {0, 0};
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return {0, 0};
  std::uint32_t code_point = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    code_point = code_point << 6 | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < kSmallest[length] || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) {
    return {0, 0};
  }
  return {code_point, length};
}

void append_text(std::string& out, std::string_view text) { append_escaped<TextRules>(out, text); }
void append_json(std::string& out, std::string_view text) { append_escaped<JsonRules>(out, text); }

}  // namespace causeway::telemetry
