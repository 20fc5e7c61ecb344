// `host:port` or `unix:/path` of configuration as addresses to connect to.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::net {

/// A `sockaddr` of whatever family. A value.
class SocketAddress {
 public:
  /// Copies `size` bytes, at most those of a sockaddr_storage.
  SocketAddress(const sockaddr* address, socklen_t size) : size_(size) { std::memcpy(&storage_, address, size); }

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

  friend bool operator==(const SocketAddress& a, const SocketAddress& b) {
    return a.size_ == b.size_ && std::memcmp(&a.storage_, &b.storage_, a.size_) == 0;
  }

 private:
  sockaddr_storage storage_{};
  socklen_t size_;
};

struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  std::string text() const;  ///< `host:port`, IPv6 in brackets
};

/// `10.0.0.1:8080`, `[::1]:8080`, `wms.internal:8080`; port 0 only where `zero_port` allows it.
std::optional<HostPort> parse_host_port(std::string_view text, bool zero_port = false);

/// Where a system listens: a port of a host, or a socket of this machine. A value.
struct EndpointName {
  std::string host;  ///< without brackets; empty for a socket of this machine
  std::uint16_t port = 0;
  std::string path{};  ///< of that socket, absolute

  bool local() const { return !path.empty(); }
  bool empty() const { return host.empty() && path.empty(); }
  std::string text() const;  ///< `host:port`, or `unix:/path`
};

/// As parse_host_port, and `unix:/run/app.sock`: an absolute path of at most kMostSocketPath bytes.
std::optional<EndpointName> parse_endpoint_name(std::string_view text);
inline constexpr std::size_t kMostSocketPath = 107;  ///< what a sockaddr_un holds, and a zero

/// Blocks while a name is looked up: never on a worker. Empty when there is no address.
std::vector<SocketAddress> resolve(const HostPort& where);
std::vector<SocketAddress> resolve(const EndpointName& where);

}  // namespace causeway::net
