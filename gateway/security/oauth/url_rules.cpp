#include "security/oauth/url_rules.h"

#include <algorithm>

#include "core/ip_address.h"

namespace causeway::security {
namespace {

bool is_visible(char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '^'; }

/// What stands before the port, without brackets; empty when it is malformed.
std::string_view host_of(std::string_view authority) {
  std::string_view port;
  std::string_view host = authority;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return {};
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  const bool right_port =
      port.empty() || (port.size() > 1 && port.size() <= 6 && port[0] == ':' &&
                       std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; }));
  return right_port ? host : std::string_view();
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback();
}

}  // namespace

UrlSafety safety_of(std::string_view url) {
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return UrlSafety::kMalformed;
  if (!std::ranges::all_of(url, is_visible) || url.find('#') != std::string_view::npos) return UrlSafety::kMalformed;
  url.remove_prefix(https ? 8 : 7);
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return UrlSafety::kMalformed;
  const std::string_view host = host_of(authority);
  if (host.empty()) return UrlSafety::kMalformed;
  if (https) return UrlSafety::kHttps;
  return is_loopback(host) ? UrlSafety::kLoopbackHttp : UrlSafety::kPlain;
}

}  // namespace causeway::security
