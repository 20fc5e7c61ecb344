// `host:port` of configuration as addresses to connect to.
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

/// Blocks while a name is looked up: never on a worker. Empty when there is no address.
std::vector<SocketAddress> resolve(const HostPort& where);

}  // namespace causeway::net
