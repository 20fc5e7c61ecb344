// `host[:port]` of a Host field or an absolute target (RFC 9110 7.2, RFC 3986 3.2), without user information.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace causeway::net {

struct Authority {
  std::string_view host;              ///< as written; an IPv6 address with its brackets
  std::optional<std::uint16_t> port;  ///< none also for `host:`

  /// Do both name the same server, if a missing port means `default_port`?
  bool same_as(const Authority& other, std::uint16_t default_port) const;
};

/// Refuses what is allowed and yet read differently: an empty host, escapes, `,`, `;`, IPvFuture, zones.
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace causeway::net
