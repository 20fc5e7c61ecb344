#include "json_schema/formats.h"

#include "core/ip_address.h"
#include "json_schema/time_formats.h"
#include "json_schema/uri_format.h"

namespace causeway::json_schema {
namespace {

constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
constexpr bool is_letter(char byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
    if (dash ? byte != '-' : !hex) return false;
  }
  return true;
}

bool is_ipv4(std::string_view text) {
  return text.find(':') == std::string_view::npos && IpAddress::parse(text).has_value();
}

bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && IpAddress::parse(text).has_value();
}

// RFC 1123, 2.1.
bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    for (const char byte : label)
      if (!is_digit(byte) && !is_letter(byte) && byte != '-') return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

constexpr bool is_atom_text(char byte) {
  return is_digit(byte) || is_letter(byte) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(byte) != std::string_view::npos;
}

// RFC 5321, 4.1.2: dot-string or quoted-string.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  if (text.front() != '"') {
    if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
    for (const char byte : text)
      if (byte != '.' && !is_atom_text(byte)) return false;
    return true;
  }
  if (text.size() < 2 || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && ++i == text.size()) return false;
    if (text[i] < 0x20 || text[i] > 0x7e) return false;
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) return false;
  }
  return true;
}

bool is_address_literal(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  text = text.substr(1, text.size() - 2);
  return text.starts_with("IPv6:") ? is_ipv6(text.substr(5)) : is_ipv4(text);
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || !is_local_part(text.substr(0, at))) return false;
  return is_hostname(text.substr(at + 1)) || is_address_literal(text.substr(at + 1));
}

constexpr Format kFormats[] = {
    {"date", "a date such as 2026-11-26", is_date},
    {"time", "a time with its zone such as 08:30:00Z", is_time},
    {"date-time", "a date and time such as 2026-11-26T08:30:00Z", is_date_time},
    {"email", "an e-mail address", is_email},
    {"uuid", "a UUID such as 2eb8aa08-aa98-11ea-b4aa-73b441d16380", is_uuid},
    {"uri", "a URI such as https://example.com/a", is_uri},
    {"ipv4", "an IPv4 address such as 192.0.2.1", is_ipv4},
    {"ipv6", "an IPv6 address such as 2001:db8::1", is_ipv6},
    {"hostname", "a host name such as www.example.com", is_hostname},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  for (const Format& format : kFormats)
    if (format.name == name) return &format;
  return nullptr;
}

}  // namespace causeway::json_schema
