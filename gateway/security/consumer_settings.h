// `consumers` and `signing` of the operators' configuration (design: config.md). Values, without behaviour.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/placed.h"
#include "security/oauth/client_settings.h"
#include "security/sha256.h"
#include "security/signature_version.h"
#include "security/webhook_settings.h"

namespace causeway::security {

/// `signing: {audience: causeway, versions: [v2, v1], window: 5m, future_skew: 60s}`.
struct SigningSettings {
  std::string audience = "causeway";
  std::vector<SignatureVersion> versions = {SignatureVersion::kV2, SignatureVersion::kV1};
  Duration window = std::chrono::minutes(5);
  Duration future_skew = std::chrono::seconds(60);
  ByteSize replay_memory{64 << 20};

  static const config::Keys<SigningSettings>& keys();
};

struct KeySettings {
  config::Placed<std::string> id;
  std::vector<config::Secret> secrets;                    ///< each is active: rotation
  std::optional<std::vector<SignatureVersion>> versions;  ///< nullopt: those of `signing`

  static const config::Keys<KeySettings>& keys();
};

struct TokenSettings {
  config::Placed<Sha256Digest> sha256;

  static const config::Keys<TokenSettings>& keys();
};

struct ConsumerSettings {
  config::Placed<std::string> name;
  std::vector<config::Placed<std::string>> roles;
  std::string contact;
  /// Named so because `keys` is the description.
  std::vector<KeySettings> signing_keys;
  std::vector<TokenSettings> api_tokens;
  std::vector<config::Placed<std::string>> scopes;         ///< what it may do where a route asks for scopes
  std::vector<OauthClientSettings> oauth_clients;          ///< who it is at the providers of `oauth`
  std::optional<config::Placed<WebhookSettings>> webhook;  ///< a partner with a signature of its own
  std::vector<config::Placed<std::string>> certificates;   ///< subject alternative names of its client certificates
  bool sound = true;                                       ///< false: could not be read whole, which has been reported

  static const config::Keys<ConsumerSettings>& keys();
};

/// What consumers and roles are called: `[A-Za-z0-9._-]{1,64}`, so that a name can stand in a header, a label and a
/// list.
bool is_name(std::string_view text);

}  // namespace causeway::security

template <>
struct causeway::config::TextForm<causeway::security::Sha256Digest> {
  static constexpr std::string_view kType = "SHA-256";
  static constexpr std::string_view kExpected = "a SHA-256 of 64 lower-case hex digits";
  static std::optional<security::Sha256Digest> parse(std::string_view text) { return security::parse_sha256(text); }
  static std::string format(const security::Sha256Digest& digest) { return security::to_hex(digest); }
};
