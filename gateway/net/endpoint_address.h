// `host:port` of configuration as addresses to connect to.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace causeway::net {

using SocketAddress = boost::asio::generic::stream_protocol::endpoint;

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
