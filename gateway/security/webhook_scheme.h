// How one partner signs: which header holds the code, how it is written, and what is signed around the body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/secrets.h"
#include "core/clock.h"
#include "security/hmac.h"
#include "security/signed_text.h"
#include "security/webhook_settings.h"

namespace causeway::security {

/// Immutable, thread safe. Partners with equal schemes share one.
struct WebhookScheme {
  enum class Form {
    kPlain,     ///< prefix and code
    kStandard,  ///< `v1,<base64>`, several separated by blanks; other versions are passed over (standardwebhooks.com)
    kStripe,    ///< `t=<seconds>,v1=<hex>`, v1 several times; other names are passed over
  };
  Form form = Form::kPlain;
  HmacHash hash = HmacHash::kSha256;
  WebhookEncoding encoding = WebhookEncoding::kHex;
  std::string header;
  std::string prefix;
  std::string timestamp_header;  ///< empty: none, or within `header` (kStripe)
  std::string id_header;         ///< empty: none
  Duration tolerance{};          ///< zero: no time is signed
  SignedText content;

  bool timed() const { return tolerance > Duration(0); }
  bool operator==(const WebhookScheme&) const = default;
};

WebhookScheme webhook_scheme(const WebhookSettings& settings);
/// The octets that codes are keyed with. Of settings that were read without an error.
std::vector<config::Secret> webhook_secrets(const WebhookSettings& settings);

/// Empty, or why a partner's header cannot be called so: no token, or a name that means something else here.
std::string webhook_header_problem(std::string_view name);
/// The octets of a secret of Standard Webhooks: base64 of 16 to 64 bytes, behind `whsec_` or bare.
std::optional<config::Secret> standard_webhook_key(const config::Secret& written);

}  // namespace causeway::security
