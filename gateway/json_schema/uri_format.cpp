#include "json_schema/uri_format.h"

#include "core/ip_address.h"

namespace causeway::json_schema {
namespace {

constexpr std::string_view kUnreserved = "-._~";
constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_letter(char byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }
constexpr bool is_hex(char byte) { return is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f'); }
constexpr bool is_one_of(char byte, std::string_view set) { return set.find(byte) != std::string_view::npos; }

/// Unreserved, sub-delimiters, escapes, and what `others` adds.
bool consists_of(std::string_view text, std::string_view others) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) && !is_one_of(text[i], kUnreserved) &&
               !is_one_of(text[i], kSubDelimiters) && !is_one_of(text[i], others)) {
      return false;
    }
  }
  return true;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return false;
  for (const char byte : text)
    if (!is_letter(byte) && !is_digit(byte) && !is_one_of(byte, "+-.")) return false;
  return true;
}

/// `IPvFuture`: v, hex digits, a dot, and at least one more.
bool is_future_address(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (text.empty() || (text[0] | 0x20) != 'v' || dot == std::string_view::npos || dot < 2) return false;
  for (const char byte : text.substr(1, dot - 1))
    if (!is_hex(byte)) return false;
  const std::string_view rest = text.substr(dot + 1);
  return !rest.empty() && rest.find('%') == std::string_view::npos && consists_of(rest, ":");
}

bool is_authority(std::string_view text) {
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    if (!consists_of(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view inside = text.substr(1, end - 1);
    const bool v6 = inside.find(':') != std::string_view::npos && IpAddress::parse(inside).has_value();
    if (!v6 && !is_future_address(inside)) return false;
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    if (!consists_of(text.substr(0, colon), "")) return false;
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (port.empty()) return true;
  if (port[0] != ':') return false;
  for (const char byte : port.substr(1))
    if (!is_digit(byte)) return false;
  return true;
}

}  // namespace

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return false;
  text.remove_prefix(colon + 1);
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!consists_of(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    if (!consists_of(text.substr(question + 1), ":@/?")) return false;
    text = text.substr(0, question);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!is_authority(text.substr(0, slash))) return false;
    text.remove_prefix(slash);
  }
  return consists_of(text, ":@/");
}

}  // namespace causeway::json_schema
