#include "upstream/tls_settings.h"

#include "net/tls_client.h"

namespace causeway::upstream {
namespace {

void check_tls(const TlsSettings& tls, const config::Node& node, config::Reading& reading) {
  const config::Node* const name = node.find("server_name");
  if (name != nullptr && !net::is_server_name(tls.server_name)) {
    auto step = reading.enter("server_name");
    reading.expected(*name, "the name in the system's certificate, such as wms.internal");
  }
  if (tls.certificate.has_value() == tls.private_key.has_value()) return;
  const std::string_view given = tls.certificate ? "certificate" : "private_key";
  const std::string_view missing = tls.certificate ? "private_key" : "certificate";
  auto step = reading.enter(given);
  reading.error(*node.find(given), "needs `" + std::string(missing) + "` too", "missing");
}

}  // namespace

const config::Keys<TlsSettings>& TlsSettings::keys() {
  static const auto keys =
      config::Keys<TlsSettings>("TLS to a system")
          .optional("ca", &TlsSettings::ca, "PEM file with the authorities that the system's certificate must lead to")
          .by_default("the machine's")
          .optional("server_name", &TlsSettings::server_name,
                    "the name that the system's certificate must be for; it is asked for by that name (SNI and Host)")
          .by_default("the endpoint's host")
          .optional("certificate", &TlsSettings::certificate,
                    "PEM file with the certificate and chain that the gateway shows when the system asks")
          .by_default("none")
          .optional("private_key", &TlsSettings::private_key, "PEM file with the key of that certificate")
          .check(check_tls);
  return keys;
}

}  // namespace causeway::upstream
