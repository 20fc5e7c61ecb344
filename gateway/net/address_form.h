// `host:port` and `unix:/path` as values of configuration.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/text_forms.h"
#include "net/endpoint_address.h"

namespace causeway::net {

/// Where a listener listens: port 0 lets the system choose.
struct ListenAddress {
  HostPort where;
  bool operator==(const ListenAddress& other) const { return where.text() == other.where.text(); }
};

}  // namespace causeway::net

template <>
struct causeway::config::TextForm<causeway::net::HostPort> {
  static constexpr std::string_view kType = "address";
  static constexpr std::string_view kExpected = "an address such as 10.0.0.11:8080";
  static std::optional<net::HostPort> parse(std::string_view text) { return net::parse_host_port(text); }
  static std::string format(const net::HostPort& value) { return value.port == 0 ? "" : value.text(); }
};

template <>
struct causeway::config::TextForm<causeway::net::EndpointName> {
  static constexpr std::string_view kType = "endpoint address";
  static constexpr std::string_view kExpected =
      "an address such as 10.0.0.11:8080, or unix:/run/app.sock (an absolute path of at most 107 bytes)";
  static std::optional<net::EndpointName> parse(std::string_view text) { return net::parse_endpoint_name(text); }
  static std::string format(const net::EndpointName& value) { return value.empty() ? "" : value.text(); }
};

template <>
struct causeway::config::TextForm<causeway::net::ListenAddress> {
  static constexpr std::string_view kType = "listening address";
  static constexpr std::string_view kExpected = "an address to listen on such as 0.0.0.0:8080";
  static std::optional<net::ListenAddress> parse(std::string_view text) {
    auto where = net::parse_host_port(text, true);
    if (!where) return std::nullopt;
    return net::ListenAddress{*where};
  }
  static std::string format(const net::ListenAddress& value) {
    return value.where.host.empty() ? "" : value.where.text();
  }
};
