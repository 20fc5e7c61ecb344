#include "upstream/addresses.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>

#include "core/ip_address.h"

namespace causeway::upstream {

std::string text_of(const net::SocketAddress& address) {
  if (address.family() == AF_INET) {
    const auto& v4 = *reinterpret_cast<const sockaddr_in*>(address.data());
    const std::span<const std::uint8_t, 4> octets(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4);
    return IpAddress::v4(octets).to_string() + ':' + std::to_string(ntohs(v4.sin_port));
  }
  if (address.family() == AF_INET6) {
    const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(address.data());
    IpAddress::Octets octets;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), octets.size(), octets.begin());
    return '[' + IpAddress::v6(octets).to_string() + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  return "unix";
}

bool same_addresses(const AddressList& a, const AddressList& b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

/// FNV-1a.
std::uint64_t key_of(const net::SocketAddress& address) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(address.data());
  std::uint64_t key = 0xcbf29ce484222325u;
  for (socklen_t i = 0; i < address.size(); ++i) key = (key ^ bytes[i]) * 0x100000001b3u;
  return key;
}

std::string text_of(const AddressList& addresses) {
  std::string text;
  for (const net::SocketAddress& address : addresses) text += (text.empty() ? "" : " ") + text_of(address);
  return text;
}

}  // namespace causeway::upstream
