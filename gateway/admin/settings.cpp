#include "admin/settings.h"

#include <map>

#include "core/ip_address.h"

namespace causeway::admin {
namespace {

bool is_loopback(const std::string& host) {
  const auto address = IpAddress::parse(host);
  return host == "localhost" || (address && address->is_loopback());
}

}  // namespace

const config::Keys<UserSettings>& UserSettings::keys() {
  static const auto keys = config::Keys<UserSettings>("a user of the admin API")
                               .required("name", &UserSettings::name, "who the audit says it was")
                               .required("role", &UserSettings::role, "what the user may do")
                               .required("token", &UserSettings::token, "Authorization: Bearer; at least 16 bytes");
  return keys;
}

const config::Keys<AdminSettings>& AdminSettings::keys() {
  static const auto keys =
      config::Keys<AdminSettings>("the admin port")
          .optional("address", &AdminSettings::address,
                    "/healthz, /readyz, /metrics and the admin API; keep it private")
          .optional("hosts", &AdminSettings::hosts,
                    "names by which operators reach it, beside localhost and the address")
          .optional("tls", &AdminSettings::tls, "needed on an address that is not loopback")
          .optional("users", &AdminSettings::users,
                    "who may use the admin API; none: a token is made in the data folder")
          .check([](const AdminSettings& settings, const config::Node&, config::Reading& reading) {
            if (!settings.tls && !is_loopback(settings.address->where.host)) {
              auto step = reading.resume(settings.address.path);
              reading.error(settings.address.position,
                            "an address that is not loopback needs `tls`: tokens would be readable on the way");
            }
            std::map<std::string, config::Position> seen;
            for (const UserSettings& user : settings.users) {
              const auto [first, fresh] = seen.emplace(*user.name, user.name.position);
              if (fresh) continue;
              auto step = reading.resume(user.name.path);
              reading.error(user.name.position,
                            "user " + config::quote(*user.name) + " is already at " + first->second.to_text(),
                            "conflict");
            }
          });
  return keys;
}

}  // namespace causeway::admin
