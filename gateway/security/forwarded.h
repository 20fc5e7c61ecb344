// Whose address counts as the caller's behind trusted proxies.
#pragma once

#include <span>
#include <string_view>

#include "core/ip_address.h"

namespace causeway::security {

/// The caller's address. `peer` is the other end of the connection; `forwarded_for` holds the X-Forwarded-For lines of
/// the request in order. Each proxy appends who called it, so the list is believed from the right for as long as the
/// one that wrote it is trusted: the result is the first address from the right that is not in `trusted`, the leftmost
/// when all are, and `peer` when `peer` itself is not. What is no address (optionally with a port, `1.2.3.4:80`,
/// `[::1]:80`) ends the walk: the proxy that passed it on is the caller. Does not allocate.
IpAddress client_address(const IpAddress& peer, std::span<const std::string_view> forwarded_for,
                         const AddressSet& trusted);

}  // namespace causeway::security
