// `consumers[].webhook`: a partner with a signature of its own (design: http.md, "Authentication"). Values, without
// behaviour; webhook_scheme.h says what they mean on the wire.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"

namespace causeway::security {

enum class WebhookEncoding { kBase64, kHex };
constexpr auto names(WebhookEncoding) {
  return config::table<WebhookEncoding>({{"base64", WebhookEncoding::kBase64}, {"hex", WebhookEncoding::kHex}});
}

/// `secret: …`, or `secrets: [new, old]` while one replaces the other: exactly one of the two.
struct WebhookSecretSettings {
  std::optional<config::Secret> secret;
  std::vector<config::Secret> secrets;

  static const config::Keys<WebhookSecretSettings>& keys();
};

/// A partner whose messages carry a time: `tolerance` is the age that is accepted, in the past and in the future.
struct TimedWebhookSettings : WebhookSecretSettings {
  Duration tolerance = std::chrono::minutes(5);

  static const config::Keys<TimedWebhookSettings>& keys();
};

/// Where a message's time is: digits since 1970, ten for seconds or thirteen for milliseconds.
struct WebhookTimestampSettings {
  config::Placed<std::string> header;
  Duration tolerance = std::chrono::minutes(5);

  static const config::Keys<WebhookTimestampSettings>& keys();
};

/// `{header: X-Shopify-Hmac-Sha256, encoding: base64, secret: …}`
struct HmacWebhookSettings : WebhookSecretSettings {
  config::Placed<std::string> header;
  WebhookEncoding encoding = WebhookEncoding::kHex;
  std::string prefix;                                 ///< stands before the code, such as `sha256=`
  std::optional<WebhookTimestampSettings> timestamp;  ///< absent: a message may be sent again at any time
  config::Placed<std::string> id;                     ///< the header of `{id}`; empty: none
  config::Placed<std::string> signed_text{"{body}", {}, {}};

  static const config::Keys<HmacWebhookSettings>& keys();
};

/// Exactly one of them.
struct WebhookSettings {
  std::optional<HmacWebhookSettings> hmac_sha256;
  std::optional<HmacWebhookSettings> hmac_sha1;
  std::optional<HmacWebhookSettings> hmac_sha512;
  std::optional<TimedWebhookSettings> standard_webhooks;
  std::optional<TimedWebhookSettings> stripe;
  std::optional<WebhookSecretSettings> github;
  std::optional<WebhookSecretSettings> shopify;

  static const config::Keys<WebhookSettings>& keys();
};

}  // namespace causeway::security
