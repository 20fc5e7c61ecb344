// `listeners:` of the operators' configuration.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "core/ip_address.h"
#include "net/address_form.h"
#include "net/tls_context.h"
#include "security/address_form.h"

namespace causeway::server {

enum class ClientCertificate { kOptional, kRequired };
constexpr auto names(ClientCertificate) {
  return config::table<ClientCertificate>(
      {{"optional", ClientCertificate::kOptional}, {"required", ClientCertificate::kRequired}});
}

struct TlsSettings {
  config::Placed<std::filesystem::path> certificate;
  config::Placed<std::filesystem::path> private_key;
  std::optional<config::Placed<std::filesystem::path>> client_ca;
  std::optional<ClientCertificate> client_certificate;  ///< only with client_ca; then the default is kRequired
  /// What is asked of callers' certificates, if anything.
  std::optional<net::ClientCertificates> clients() const;
  static const config::Keys<TlsSettings>& keys();
};

struct LimitSettings {
  std::uint32_t connections = 20000;
  std::optional<std::uint32_t> connections_per_address;
  ByteSize request_headers{16 << 10};
  ByteSize request_body{10 << 20};
  Duration header_timeout = std::chrono::seconds(10);
  Duration body_timeout = std::chrono::seconds(60);
  config::ByteRate minimum_rate{ByteSize{1 << 10}};
  Duration idle_timeout = std::chrono::seconds(75);
  ByteSize buffered_bytes{256u << 20};
  static const config::Keys<LimitSettings>& keys();
};

struct ListenerSettings {
  config::Placed<std::string> name;
  net::ListenAddress address;
  std::optional<TlsSettings> tls;
  LimitSettings limits;
  std::vector<AddressRange> trusted_proxies;
  static const config::Keys<ListenerSettings>& keys();
};

}  // namespace causeway::server
