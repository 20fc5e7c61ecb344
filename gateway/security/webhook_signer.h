// Signs what the gateway sends to a system as Standard Webhooks do (standardwebhooks.com), so that the system can tell
// it from anybody else's.
#pragma once

#include <string>
#include <string_view>

#include "config/secrets.h"
#include "core/bytes.h"
#include "security/hmac.h"

namespace causeway::security {

/// Immutable, thread safe; keeps no copy of the secret's text.
class WebhookSigner {
 public:
  /// `key`: the octets (standard_webhook_key).
  explicit WebhookSigner(const config::Secret& key);

  /// The value of `webhook-signature`: `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`. `timestamp`: seconds since
  /// 1970, as `webhook-timestamp` says.
  std::string sign(std::string_view id, std::string_view timestamp, Bytes body) const;

 private:
  HmacKey key_;
};

}  // namespace causeway::security
