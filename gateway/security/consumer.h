// Who may call: the consumers of a configuration and what they prove themselves with.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/errors.h"
#include "config/secrets.h"
#include "security/consumer_settings.h"
#include "security/hmac.h"
#include "security/sha256.h"
#include "security/webhook.h"

namespace causeway::security {

/// A calling system or partner. Immutable.
struct Consumer {
  std::string name;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;            ///< ascending
  std::vector<std::string_view> scope_views;  ///< of `scopes`, for Exchange::scopes
  std::string roles_text;                     ///< `internal,partner`, as X-Consumer-Roles carries it
  std::string contact;
  std::size_t index = 0;  ///< 0, 1, 2 … in the order of the configuration; of this table, not of the next
};

/// A public id and the secrets that prove it. Immutable.
struct SigningKey {
  std::string id;
  std::vector<config::Secret> secrets;
  std::vector<HmacKey> hmac_keys;  ///< of the secrets, for version 2; empty when the key does not take it
  bool takes_v1 = true;
  bool takes_v2 = true;
  const Consumer* consumer = nullptr;

  bool takes(SignatureVersion version) const { return version == SignatureVersion::kV1 ? takes_v1 : takes_v2; }
};

/// Immutable, thread safe, part of a configuration's snapshot; what it hands out lives as long as it does. Look-ups do
/// not allocate. API tokens and signing keys are lists of their own: neither ever serves as the other.
class ConsumerTable {
 public:
  /// No consumers.
  ConsumerTable() = default;
  /// Names, key ids and tokens that occur twice, and tokens made of a signing key, go to `errors`; then the table is
  /// not fit for use.
  ConsumerTable(std::span<const ConsumerSettings> consumers, const SigningSettings& signing, config::Errors& errors);
  ConsumerTable(ConsumerTable&&) = default;
  ConsumerTable& operator=(ConsumerTable&&) = default;

  std::span<const Consumer> all() const { return consumers_; }
  const Consumer* find(std::string_view name) const;
  const SigningKey* find_key(std::string_view id) const;
  /// By the SHA-256 of the token, compared in constant time.
  const Consumer* find_token(std::string_view token) const;
  /// By a subject alternative name of a client certificate, such as `dns:oms.internal`; host names in lower case.
  const Consumer* find_certificate(std::string_view name) const;
  /// The partners that sign in a way of their own.
  const WebhookTable& webhooks() const { return webhooks_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  struct Token {
    Sha256Digest sha256;
    const Consumer* consumer;
  };

  std::vector<Consumer> consumers_;
  ByName<const Consumer*> by_name_;
  ByName<SigningKey> keys_;
  std::vector<Token> tokens_;  // ascending by hash
  ByName<const Consumer*> certificates_;
  WebhookTable webhooks_;
};

}  // namespace causeway::security
