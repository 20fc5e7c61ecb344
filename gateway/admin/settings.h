// `admin:` of the operators' configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "net/address_form.h"
#include "server/listener_settings.h"

namespace causeway::admin {

/// Each may do what those before it may.
enum class Role : std::uint8_t {
  kViewer,    ///< sees, but no bodies
  kOperator,  ///< pauses, replays, reloads
  kAdmin,     ///< drains
};
constexpr auto names(Role) {
  return config::table<Role>({{"viewer", Role::kViewer}, {"operator", Role::kOperator}, {"admin", Role::kAdmin}});
}

struct UserSettings {
  config::Placed<std::string> name;
  Role role = Role::kViewer;
  config::Placed<config::Secret> token;
  static const config::Keys<UserSettings>& keys();
};

struct AdminSettings {
  config::Placed<net::ListenAddress> address{net::ListenAddress{{"127.0.0.1", 9901}}, {}, {}};
  std::vector<config::Placed<std::string>>
      hosts;  ///< names by which operators reach it, beside loopback's and the address
  std::optional<server::TlsSettings> tls;
  std::vector<UserSettings> users;  ///< none: a token is made
  static const config::Keys<AdminSettings>& keys();
};

}  // namespace causeway::admin
