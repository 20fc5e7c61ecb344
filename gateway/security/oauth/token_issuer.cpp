#include "security/oauth/token_issuer.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>
#include <new>
#include <utility>

#include "core/base64.h"
#include "core/json_object.h"

namespace causeway::security {
namespace {

/// A random UUID (RFC 9562, 5.4).
std::string random_uuid() {
  std::array<unsigned char, 16> octets;
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) throw std::bad_alloc();
  octets[6] = static_cast<unsigned char>((octets[6] & 0x0f) | 0x40);
  octets[8] = static_cast<unsigned char>((octets[8] & 0x3f) | 0x80);
  std::string text = to_hex(octets);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return text;
}

std::string json_string(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string audience_of(const ProviderSettings& own) {
  const auto audiences = own.accepted_audiences();
  if (audiences.size() == 1) return json_string(audiences.front());
  JsonArray list;
  for (const std::string& audience : audiences) list.raw(json_string(audience));
  return list.done();
}

}  // namespace

std::unique_ptr<TokenIssuer> TokenIssuer::load(const ProviderSettings& own, config::Errors& errors) {
  const TokenEndpointSettings& endpoint = *own.token_endpoint;
  auto key = TokenSigningKey::from_file(endpoint.algorithm, *endpoint.key);
  if (const auto* problem = std::get_if<std::string>(&key)) {
    errors.add(endpoint.key.position, endpoint.key.path, *problem, "reference");
    return nullptr;
  }
  return std::unique_ptr<TokenIssuer>(new TokenIssuer(own, std::move(std::get<TokenSigningKey>(key))));
}

TokenIssuer::TokenIssuer(const ProviderSettings& own, TokenSigningKey key)
    : key_(std::move(key)),
      issuer_(own.issuer.value),
      lifetime_(std::chrono::floor<std::chrono::seconds>(own.token_endpoint->lifetime)),
      jwks_("{\"keys\":[" + key_.public_jwk() + "]}"),
      header_(to_base64url(JsonObject()
                               .text("alg", config::name_of(key_.algorithm()))
                               .text("kid", key_.kid())
                               .text("typ", "at+jwt")
                               .done())),
      audience_(audience_of(own)) {}

std::string TokenIssuer::issue(std::string_view client, std::span<const std::string_view> scopes, WallTime now) const {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  JsonObject claims;
  claims.text("iss", issuer_).text("sub", client).text("client_id", client).raw("aud", audience_);
  claims.number("iat", issued.count()).number("exp", (issued + lifetime_).count()).text("jti", random_uuid());
  claims.text("scope", fmt::format("{}", fmt::join(scopes, " ")));
  std::string token = header_ + '.' + to_base64url(claims.done());
  const std::string signature = key_.sign(token);
  return token + '.' + to_base64url(signature);
}

}  // namespace causeway::security
