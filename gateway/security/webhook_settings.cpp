#include "security/webhook_settings.h"

namespace causeway::security {

const config::Keys<WebhookSettings>& WebhookSettings::keys() {
  static const auto keys = config::Keys<WebhookSettings>("webhook").later("hmac_sha256");
  return keys;
}

}  // namespace causeway::security
