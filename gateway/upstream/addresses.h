// The addresses that an endpoint's name leads to. A list is immutable: another one takes its place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/endpoint_address.h"

namespace causeway::upstream {

using AddressList = std::vector<net::SocketAddress>;
using SharedAddresses = std::shared_ptr<const AddressList>;  ///< never null

/// The same addresses, in whatever order a name server has them today.
bool same_addresses(const AddressList& a, const AddressList& b);
/// Tells addresses apart without keeping them.
std::uint64_t key_of(const net::SocketAddress& address);
/// `10.0.0.1:8080`, or `unix`: the path is the name's.
std::string text_of(const net::SocketAddress& address);
/// `10.0.0.1:8080 10.0.0.2:8080`, for the log.
std::string text_of(const AddressList& addresses);

}  // namespace causeway::upstream
