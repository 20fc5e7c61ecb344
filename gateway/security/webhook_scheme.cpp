#include "security/webhook_scheme.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>

#include "core/base64.h"
#include "security/signature.h"

namespace causeway::security {
namespace {

using Kind = SignedPart::Kind;

// Other schemes' credentials, and what belongs to the message's transport.
constexpr std::string_view kReserved[] = {
    "authorization", "x-api-key",         "x-signature", "x-timestamp", "x-nonce",      "x-content-sha256",
    "host",          "connection",        "cookie",      "te",          "content-type", "content-length",
    "trailer",       "transfer-encoding", "upgrade",     "expect",      "x-request-id", "idempotency-key"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

const WebhookSecretSettings& secrets_of(const WebhookSettings& settings) {
  if (settings.hmac_sha256) return *settings.hmac_sha256;
  if (settings.hmac_sha1) return *settings.hmac_sha1;
  if (settings.hmac_sha512) return *settings.hmac_sha512;
  if (settings.standard_webhooks) return *settings.standard_webhooks;
  if (settings.stripe) return *settings.stripe;
  return settings.github ? *settings.github : *settings.shopify;
}

WebhookScheme plain(HmacHash hash, const HmacWebhookSettings& settings) {
  WebhookScheme scheme;
  scheme.hash = hash;
  scheme.encoding = settings.encoding;
  scheme.header = lower(*settings.header);
  scheme.prefix = settings.prefix;
  scheme.id_header = lower(*settings.id);
  if (settings.timestamp) {
    scheme.timestamp_header = lower(*settings.timestamp->header);
    scheme.tolerance = settings.timestamp->tolerance;
  }
  scheme.content = parse_signed_text(*settings.signed_text);
  return scheme;
}

}  // namespace

WebhookScheme webhook_scheme(const WebhookSettings& settings) {
  if (settings.hmac_sha256) return plain(HmacHash::kSha256, *settings.hmac_sha256);
  if (settings.hmac_sha1) return plain(HmacHash::kSha1, *settings.hmac_sha1);
  if (settings.hmac_sha512) return plain(HmacHash::kSha512, *settings.hmac_sha512);
  WebhookScheme scheme;
  const SignedPart dot{Kind::kText, "."};
  if (settings.standard_webhooks) {
    scheme.form = WebhookScheme::Form::kStandard;
    scheme.encoding = WebhookEncoding::kBase64;
    scheme.header = "webhook-signature";
    scheme.timestamp_header = "webhook-timestamp";
    scheme.id_header = "webhook-id";
    scheme.tolerance = settings.standard_webhooks->tolerance;
    scheme.content.before_body = {{Kind::kId, {}}, dot, {Kind::kTimestamp, {}}, dot};
  } else if (settings.stripe) {
    scheme.form = WebhookScheme::Form::kStripe;
    scheme.header = "stripe-signature";
    scheme.tolerance = settings.stripe->tolerance;
    scheme.content.before_body = {{Kind::kTimestamp, {}}, dot};
  } else if (settings.github) {
    scheme.header = "x-hub-signature-256";
    scheme.prefix = "sha256=";
  } else {
    scheme.header = "x-shopify-hmac-sha256";
    scheme.encoding = WebhookEncoding::kBase64;
  }
  return scheme;
}

std::vector<config::Secret> webhook_secrets(const WebhookSettings& settings) {
  std::vector<config::Secret> secrets;
  const auto add = [&](const config::Secret& secret) {
    if (!settings.standard_webhooks) secrets.push_back(secret.clone());
    else if (auto octets = standard_webhook_key(secret)) secrets.push_back(std::move(*octets));
  };
  const WebhookSecretSettings& from = secrets_of(settings);
  if (from.secret) add(*from.secret);
  for (const auto& secret : from.secrets) add(secret);
  return secrets;
}

std::string webhook_header_problem(std::string_view name) {
  if (!is_key_id(name)) {  // the same characters as a field name: a token of RFC 9110, 5.6.2
    return fmt::format("expected the name of a header such as X-Shopify-Hmac-Sha256, got {}", config::quote(name));
  }
  const std::string folded = lower(name);
  if (std::find(std::begin(kReserved), std::end(kReserved), folded) != std::end(kReserved))
    return fmt::format("{} means something else to the gateway", name);
  return {};
}

std::optional<config::Secret> standard_webhook_key(const config::Secret& written) {
  std::string_view text = written.reveal();
  if (text.starts_with("whsec_")) text.remove_prefix(6);
  std::array<char, 64> room;
  const auto octets = from_base64(text, room);
  std::optional<config::Secret> key;
  if (octets && octets->size() >= config::Secret::kMinimumSize) key.emplace(*octets);
  OPENSSL_cleanse(room.data(), room.size());
  return key;
}

}  // namespace causeway::security
