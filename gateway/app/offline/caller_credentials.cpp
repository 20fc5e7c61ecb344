#include "app/offline/caller_credentials.h"

#include <algorithm>
#include <random>

#include "app/offline/stand_ins.h"
#include "core/base64.h"
#include "core/json_object.h"
#include "net/header_id.h"
#include "security/hmac.h"
#include "security/signature_v1.h"
#include "security/signature_v2.h"

namespace causeway::app {
namespace {

using security::SignatureVersion;

/// 128 random bits: they must not repeat, but are no secret.
std::string fresh_nonce() {
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 4; ++i)
    for (unsigned word = random(), digit = 0; digit < 8; ++digit, word >>= 4) nonce += "0123456789abcdef"[word & 15];
  return nonce;
}

std::string_view header_of(const OfflineRequest& request, net::HeaderId id) {
  for (const auto& [name, value] : request.headers)
    if (net::header_id(name) == id) return value;
  return {};
}

security::SignedHead head_of(const OfflineRequest& request) {
  const std::string_view target = request.target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  security::SignedHead head;
  head.method = request.method;
  head.path = target.substr(0, mark);
  head.has_query = mark < target.size();
  if (head.has_query) head.query = target.substr(mark + 1);
  head.content_type = header_of(request, net::HeaderId::kContentType);
  head.content_encoding = header_of(request, net::HeaderId::kContentEncoding);
  head.idempotency_key = header_of(request, net::HeaderId::kIdempotencyKey);
  head.accept = header_of(request, net::HeaderId::kAccept);
  return head;
}

bool can_sign(const security::ConsumerSettings& consumer) {
  return !consumer.signing_keys.empty() && !consumer.signing_keys.front().secrets.empty();
}

}  // namespace

CallerCredentials::CallerCredentials(const Settings& settings) : settings_(settings) {
  config::Errors ignored;  // the same key has been read when the settings were compiled
  if (const security::ProviderSettings* own = settings.oauth.own())
    issuer_ = security::TokenIssuer::load(*own, ignored);
}

const security::ConsumerSettings* CallerCredentials::find(std::string_view consumer) const {
  const auto found =
      std::ranges::find_if(settings_.consumers, [&](const auto& each) { return *each.name == consumer; });
  return found == settings_.consumers.end() ? nullptr : &*found;
}

std::vector<CallerScheme> CallerCredentials::schemes(const security::ConsumerSettings& consumer) const {
  std::vector<CallerScheme> all;
  if (can_sign(consumer)) all.push_back(CallerScheme::kSignature);
  if (!consumer.api_tokens.empty()) all.push_back(CallerScheme::kApiKey);
  if (!consumer.oauth_clients.empty()) all.push_back(CallerScheme::kOauth);
  if (consumer.webhook) all.push_back(CallerScheme::kWebhook);
  if (!consumer.certificates.empty()) all.push_back(CallerScheme::kMtls);
  return all;
}

std::string CallerCredentials::add(const security::ConsumerSettings& consumer, CallerScheme scheme, WallTime now,
                                   OfflineRequest& request) const {
  switch (scheme) {
    case CallerScheme::kSignature:
      return sign(consumer, now, request);
    case CallerScheme::kApiKey:
      request.headers.emplace_back("X-API-Key", stand_in_token(*consumer.name));
      return {};
    case CallerScheme::kOauth:
      return add_token(consumer, now, request);
    case CallerScheme::kWebhook:
      return add_webhook_signature(**consumer.webhook, now, request);
    case CallerScheme::kMtls:
      return {};
  }
  return {};
}

std::string CallerCredentials::sign(const security::ConsumerSettings& consumer, WallTime now,
                                    OfflineRequest& request) const {
  const security::KeySettings& key = consumer.signing_keys.front();
  const auto& versions = key.versions ? *key.versions : settings_.signing.versions;
  const bool newer = std::ranges::find(versions, SignatureVersion::kV2) != versions.end();
  const std::string timestamp = std::to_string(unix_milliseconds(now));
  std::string signature;
  std::string nonce;
  if (newer) {
    nonce = fresh_nonce();
    security::SignedParts parts;
    parts.audience = settings_.signing.audience;
    parts.key_id = *key.id;
    parts.timestamp = timestamp;
    parts.nonce = nonce;
    parts.head = head_of(request);
    signature = security::sign_v2(parts, security::sha256(request.body), key.secrets.front().reveal());
  } else {
    signature = security::SignatureV1::sign(timestamp, *key.id, request.body, key.secrets.front().reveal());
  }
  request.headers.emplace_back("Authorization", "ApiKey " + *key.id);
  request.headers.emplace_back("X-Timestamp", timestamp);
  if (newer) request.headers.emplace_back("X-Nonce", nonce);
  request.headers.emplace_back("X-Signature", signature);
  return {};
}

std::string CallerCredentials::add_token(const security::ConsumerSettings& consumer, WallTime now,
                                         OfflineRequest& request) const {
  const security::OauthClientSettings& client = consumer.oauth_clients.front();
  const auto& providers = settings_.oauth.providers;
  const auto provider =
      std::ranges::find_if(providers, [&](const auto& each) { return *each.name == *client.provider; });
  if (provider == providers.end()) return "its provider of tokens is not known";  // an error of the configuration
  std::string token;
  if (!provider->token_endpoint) {
    token = token_of_provider(*provider, *client.client, now);
  } else if (issuer_) {
    std::vector<std::string_view> scopes;
    for (const auto& scope : consumer.scopes) scopes.push_back(*scope);
    token = issuer_->issue(*client.client, scopes, now);
  }
  request.headers.emplace_back("Authorization", "Bearer " + token);
  return {};
}

/// Without `scope`: good for all that the consumer may do.
std::string CallerCredentials::token_of_provider(const security::ProviderSettings& provider, const std::string& client,
                                                 WallTime now) const {
  const std::int64_t issued = unix_milliseconds(now) / 1000;
  JsonObject claims;
  claims.text("iss", *provider.issuer).text("aud", provider.accepted_audiences().front());
  if (provider.client_claim != "sub") claims.text("sub", client);
  claims.text(provider.client_claim, client);
  claims.number("iat", issued).number("exp", issued + 3600).text("jti", fresh_nonce());
  const std::string header = JsonObject().text("alg", "HS256").text("kid", kStandInKey).text("typ", "at+jwt").done();
  std::string token = to_base64url(header) + '.' + to_base64url(claims.done());
  security::Hmac code = security::HmacKey(security::HmacHash::kSha256, stand_in_secret(*provider.name)).begin();
  code.update(token);
  const security::Mac mac = code.finish();
  return token + '.' + to_base64url({reinterpret_cast<const char*>(mac.octets.data()), mac.size});
}

net::PeerCertificate CallerCredentials::certificate(const security::ConsumerSettings& consumer, WallTime now) {
  net::PeerCertificate certificate;
  certificate.names.push_back(*consumer.certificates.front());
  certificate.not_after = now + std::chrono::hours(24 * 365);
  return certificate;
}

}  // namespace causeway::app
