#include "app/offline/caller_credentials.h"
#include "core/base64.h"
#include "security/webhook_scheme.h"

namespace causeway::app {
namespace {

using security::SignedPart;
using security::WebhookScheme;

constexpr std::string_view kMessageId = "msg_offline";

void put(security::Hmac& code, const std::vector<SignedPart>& parts, const std::string& timestamp) {
  for (const SignedPart& part : parts) {
    if (part.kind == SignedPart::Kind::kText) code.update(part.text);
    else if (part.kind == SignedPart::Kind::kId) code.update(kMessageId);
    else code.update(timestamp);
  }
}

std::string written(const security::Mac& mac, security::WebhookEncoding encoding) {
  const std::string_view octets(reinterpret_cast<const char*>(mac.octets.data()), mac.size);
  if (encoding == security::WebhookEncoding::kBase64) return to_base64(octets);
  std::string hex;
  for (const unsigned char octet : octets) {
    hex += "0123456789abcdef"[octet >> 4];
    hex += "0123456789abcdef"[octet & 15];
  }
  return hex;
}

}  // namespace

std::string add_webhook_signature(const security::WebhookSettings& webhook, WallTime now, OfflineRequest& request) {
  const WebhookScheme scheme = security::webhook_scheme(webhook);
  const std::vector<config::Secret> secrets = security::webhook_secrets(webhook);
  if (secrets.empty()) return "its webhook has no secret";
  const std::string timestamp = std::to_string(unix_milliseconds(now) / 1000);
  security::Hmac code = security::HmacKey(scheme.hash, secrets.front().reveal()).begin();
  put(code, scheme.content.before_body, timestamp);
  code.update(request.body);
  put(code, scheme.content.after_body, timestamp);
  std::string value = written(code.finish(), scheme.encoding);
  if (scheme.form == WebhookScheme::Form::kStandard) value = "v1," + value;
  else if (scheme.form == WebhookScheme::Form::kStripe) value = "t=" + timestamp + ",v1=" + value;
  else value = scheme.prefix + value;
  if (!scheme.timestamp_header.empty()) request.headers.emplace_back(scheme.timestamp_header, timestamp);
  if (!scheme.id_header.empty()) request.headers.emplace_back(scheme.id_header, kMessageId);
  request.headers.emplace_back(scheme.header, value);
  return {};
}

}  // namespace causeway::app
