// The characters of a path (RFC 3986, 2 and 3.3), for templates and for what is put into them.
#pragma once

#include <cstddef>
#include <string_view>

namespace causeway::routing {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}

/// pchar without the percent sign, and without ";": to some systems it starts parameters that are not part of the path.
constexpr bool is_path_character(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,=:@").find(c) != std::string_view::npos;
}

constexpr bool is_dot_segment(std::string_view segment) { return segment == "." || segment == ".."; }

/// The byte that the percent-encoding at `at` stands for; -1 where there is none.
constexpr int decoded_byte(std::string_view text, std::size_t at) {
  const auto digit = [](char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (text.size() - at < 3 || text[at] != '%') return -1;
  const int high = digit(text[at + 1]);
  const int low = digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// `%2F`, with capitals as RFC 3986, 2.1 wants them.
template <class String>
void append_encoded(char c, String& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

/// One character of a segment. Reserved ones stay as they came: encoding or decoding them can change their meaning.
template <class String>
void append_character(char c, bool was_encoded, String& out) {
  const bool plain = was_encoded ? is_unreserved(c) : is_path_character(c);
  if (plain) out += c;
  else append_encoded(c, out);
}

}  // namespace causeway::routing
