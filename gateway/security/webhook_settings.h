// `consumers[].webhook`: a partner with a signature of its own (design: http.md, "Authentication"). Values, without
// behaviour.
#pragma once

#include <string>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::security {

/// `webhook: {hmac_sha256: {header: X-Shopify-Hmac-Sha256, encoding: base64, secret: …}}`
struct WebhookSettings {
  static const config::Keys<WebhookSettings>& keys();
};

}  // namespace causeway::security
