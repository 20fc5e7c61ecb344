// `tls` of a cluster: how the gateway knows the system, and the system the gateway.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::upstream {

/// `{ca: tls/ca.pem, server_name: wms.internal}`; `{}`: the authorities that the machine trusts.
struct TlsSettings {
  std::optional<config::Placed<std::filesystem::path>> ca;
  std::string server_name;  ///< empty: the endpoint's host
  std::optional<config::Placed<std::filesystem::path>> certificate;
  std::optional<config::Placed<std::filesystem::path>> private_key;
  static const config::Keys<TlsSettings>& keys();
};

}  // namespace causeway::upstream
