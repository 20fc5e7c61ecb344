#include "admin/settings.h"

#include <map>

#include "core/ip_address.h"

namespace causeway::admin {
namespace {

bool is_loopback(const std::string& host) {
  const auto address = IpAddress::parse(host);
  return host == "localhost" || (address && address->is_loopback());
}

void check_hosts(const AdminSettings& settings, config::Reading& reading) {
  for (const auto& host : settings.hosts) {
    if (IpAddress::parse(*host) || (!host->empty() && host->find_first_of("/:@ ") == std::string::npos)) continue;
    auto step = reading.resume(host.path);
    reading.error(host.position,
                  "expected a name such as gateway.internal, without scheme and port; got " + config::quote(*host),
                  "expected");
  }
}

void check_users(const AdminSettings& settings, config::Reading& reading) {
  std::map<std::string_view, const UserSettings*> names;
  std::map<std::string_view, const UserSettings*> tokens;
  for (const UserSettings& user : settings.users) {
    if (user.name->empty()) {
      auto step = reading.resume(user.name.path);
      reading.error(user.name.position, "a user needs a name", "expected");
      continue;
    }
    const auto [same_name, new_name] = names.emplace(*user.name, &user);
    const auto [same_token, new_token] = tokens.emplace(user.token->reveal(), &user);
    if (!new_name) {
      auto step = reading.resume(user.name.path);
      reading.error(
          user.name.position,
          "user " + config::quote(*user.name) + " is already at " + same_name->second->name.position.to_text(),
          "conflict");
    } else if (!new_token && !user.token->empty()) {
      auto step = reading.resume(user.token.path);
      reading.error(
          user.token.position,
          "the token of user " + config::quote(*same_token->second->name) + ": the audit could not tell them apart",
          "conflict");
    }
  }
}

}  // namespace

const config::Keys<UserSettings>& UserSettings::keys() {
  static const auto keys = config::Keys<UserSettings>("admin user")
                               .required("name", &UserSettings::name, "who the audit says it was")
                               .required("role", &UserSettings::role, "what the user may do")
                               .required("token", &UserSettings::token, "Authorization: Bearer; at least 16 bytes");
  return keys;
}

const config::Keys<AdminSettings>& AdminSettings::keys() {
  static const auto keys =
      config::Keys<AdminSettings>("admin port")
          .optional("address", &AdminSettings::address,
                    "where /healthz, /readyz, /metrics and the admin API are; keep it private")
          .optional(
              "hosts", &AdminSettings::hosts,
              "names by which operators reach it, beside localhost and the address; calls for other hosts are refused")
          .optional("tls", &AdminSettings::tls, "certificate and key; needed on an address that is not loopback")
          .optional("users", &AdminSettings::users,
                    "who may use the admin API; none: one token is made and written into the folder of the store")
          .check([](const AdminSettings& settings, const config::Node&, config::Reading& reading) {
            if (!settings.tls && !is_loopback(settings.address->where.host)) {
              auto step = reading.resume(settings.address.path);
              reading.error(settings.address.position,
                            "an address that is not loopback needs `tls`: tokens would be readable on the way");
            }
            check_hosts(settings, reading);
            check_users(settings, reading);
          });
  return keys;
}

}  // namespace causeway::admin
