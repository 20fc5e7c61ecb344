#include "net/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "net/characters.h"

namespace causeway::net {
namespace {

bool is_ipv6(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return false;
  std::copy(text.begin(), text.end(), terminated.begin());
  in6_addr address;
  return text.find('\0') == std::string_view::npos && inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

}  // namespace

bool Authority::same_as(const Authority& other, std::uint16_t default_port) const {
  return port.value_or(default_port) == other.port.value_or(default_port) && equals_ignoring_case(host, other.host);
}

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::size_t host_end = 0;
  if (!text.empty() && text.front() == '[') {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ipv6(text.substr(1, bracket - 1))) return std::nullopt;
    host_end = bracket + 1;
  } else {
    host_end = std::min(text.find(':'), text.size());
    if (host_end == 0 || !all_of(text.substr(0, host_end), kHostByte)) return std::nullopt;
  }
  authority.host = text.substr(0, host_end);
  std::string_view rest = text.substr(host_end);
  if (rest.empty()) return authority;
  if (rest.front() != ':' || rest.size() > 6) return std::nullopt;
  rest.remove_prefix(1);
  if (rest.empty()) return authority;
  std::uint32_t port = 0;
  for (const char byte : rest) {
    if (!is(byte, kDigit)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(byte - '0');
  }
  if (port > UINT16_MAX) return std::nullopt;
  authority.port = static_cast<std::uint16_t>(port);
  return authority;
}

}  // namespace causeway::net
