#include "net/endpoint_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>

#include "core/ip_address.h"

namespace causeway::net {
namespace {

constexpr std::string_view kUnix = "unix:";
static_assert(kMostSocketPath < sizeof(sockaddr_un::sun_path));

}  // namespace

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::optional<HostPort> parse_host_port(std::string_view text, bool zero_port) {
  HostPort result;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos || !IpAddress::parse(host)) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty() || host.size() > 253) return std::nullopt;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '.' && c != '-' && c != '_' && c != ':') return std::nullopt;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), result.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  if (result.port == 0 && !zero_port) return std::nullopt;
  result.host = host;
  return result;
}

std::vector<SocketAddress> resolve(const HostPort& where) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<SocketAddress> addresses;
  if (::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found) != 0) return addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
    addresses.emplace_back(each->ai_addr, each->ai_addrlen);
  ::freeaddrinfo(found);
  return addresses;
}

std::string EndpointName::text() const { return local() ? std::string(kUnix) + path : HostPort{host, port}.text(); }

std::optional<EndpointName> parse_endpoint_name(std::string_view text) {
  if (text.starts_with(kUnix)) {
    const std::string_view path = text.substr(kUnix.size());
    const bool whole = path.size() > 1 && path.front() == '/' && path.back() != '/';
    if (!whole || path.size() > kMostSocketPath || path.find('\0') != std::string_view::npos) return std::nullopt;
    return EndpointName{.host = {}, .path = std::string(path)};
  }
  auto where = parse_host_port(text);
  if (!where) return std::nullopt;
  return EndpointName{std::move(where->host), where->port};
}

std::vector<SocketAddress> resolve(const EndpointName& where) {
  if (!where.local()) return resolve(HostPort{where.host, where.port});
  if (where.path.size() > kMostSocketPath) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  where.path.copy(address.sun_path, where.path.size());
  const std::size_t size = offsetof(sockaddr_un, sun_path) + where.path.size() + 1;
  return {SocketAddress(reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size))};
}

}  // namespace causeway::net
