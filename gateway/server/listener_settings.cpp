#include "server/listener_settings.h"

namespace causeway::server {
namespace {

constexpr Duration kMillisecond = std::chrono::milliseconds(1);
constexpr Duration kDay = std::chrono::hours(24);

}  // namespace

std::optional<net::ClientCertificates> TlsSettings::clients() const {
  if (!client_ca) return std::nullopt;
  return net::ClientCertificates{**client_ca, client_certificate != ClientCertificate::kOptional};
}

const config::Keys<TlsSettings>& TlsSettings::keys() {
  static const auto keys =
      config::Keys<TlsSettings>("TLS")
          .required("certificate", &TlsSettings::certificate, "PEM file with the certificate and its chain")
          .required("private_key", &TlsSettings::private_key, "PEM file with the key of the certificate")
          .optional("client_ca", &TlsSettings::client_ca,
                    "PEM file with the authorities of callers' certificates; callers are asked for one")
          .optional("client_certificate", &TlsSettings::client_certificate,
                    "required (the default with client_ca): without one the handshake fails; or optional")
          .check([](const TlsSettings& settings, const config::Node& node, config::Reading& reading) {
            if (!settings.client_certificate || settings.client_ca) return;
            auto step = reading.enter("client_certificate");
            reading.error(*node.find("client_certificate"),
                          "needs `client_ca`: the authorities that certificates are checked against", "missing");
          });
  return keys;
}

const config::Keys<LimitSettings>& LimitSettings::keys() {
  static const auto keys =
      config::Keys<LimitSettings>("limits of a listener")
          .optional("connections", &LimitSettings::connections,
                    "connections at once; further ones are answered with 503")
          .range(1, 1000000)
          .optional("connections_per_address", &LimitSettings::connections_per_address,
                    "connections of one address at once")
          .by_default("no limit of its own")
          .range(1, 1000000)
          .optional("request_headers", &LimitSettings::request_headers,
                    "size of a request's head, all header fields together; more is answered with 431")
          .range(ByteSize{1 << 10}, ByteSize{1 << 20})
          .optional("request_body", &LimitSettings::request_body,
                    "size of a request's body; more is answered with 413; a route may say otherwise")
          .range(ByteSize{0}, ByteSize{1ull << 40})
          .optional("header_timeout", &LimitSettings::header_timeout,
                    "how long a head may take, from its first byte to its last")
          .range(kMillisecond, kDay)
          .optional("body_timeout", &LimitSettings::body_timeout, "how long a whole body may take, in either direction")
          .range(kMillisecond, kDay)
          .optional("minimum_rate", &LimitSettings::minimum_rate,
                    "how fast a body must come after its first 5 seconds; slower is answered with 408")
          .optional("idle_timeout", &LimitSettings::idle_timeout,
                    "how long a connection may be silent between two requests")
          .range(kMillisecond, kDay)
          .optional("buffered_bytes", &LimitSettings::buffered_bytes,
                    "memory for the bodies that are held whole at a time, all together")
          .range(ByteSize{1 << 20}, ByteSize{1ull << 40});
  return keys;
}

const config::Keys<ListenerSettings>& ListenerSettings::keys() {
  static const auto keys =
      config::Keys<ListenerSettings>("listener")
          .required("name", &ListenerSettings::name, "what logs and metrics call it")
          .required("address", &ListenerSettings::address, "where it listens; port 0 lets the system choose")
          .optional("tls", &ListenerSettings::tls,
                    "certificate and key; with them the listener serves HTTPS, without them HTTP")
          .optional("limits", &ListenerSettings::limits, "how much a caller may use up")
          .optional("trusted_proxies", &ListenerSettings::trusted_proxies,
                    "addresses or ranges of proxies whose X-Forwarded-For is believed; from others it is dropped");
  return keys;
}

}  // namespace causeway::server
