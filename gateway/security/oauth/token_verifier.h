// Whom a bearer token speaks for (RFC 7519, RFC 9068, with the practices of RFC 8725; design: http.md and details.md,
// Authentication).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/errors.h"
#include "core/clock.h"
#include "core/result.h"
#include "security/consumer.h"
#include "security/oauth/compact_jws.h"
#include "security/oauth/key_set.h"
#include "security/oauth/key_source.h"
#include "security/oauth/settings.h"
#include "security/oauth/token_signing_key.h"
#include "security/sha256.h"

namespace causeway::security {

/// Refers to the consumer table (whose texts the scopes are) and to the verifier.
struct VerifiedToken {
  const Consumer* consumer = nullptr;
  /// False: the token names no scopes, so it may do what the consumer may (`consumer->scope_views`).
  bool narrowed = false;
  /// The consumer's scopes that the token names too, ascending; only when narrowed.
  std::vector<std::string_view> scopes;
  Sha256Digest subject{};             ///< of `iss` and `sub`: tells apart whom one consumer's tokens speak for
  WallTime expires;                   ///< `exp`; taken until the leeway later
  const KeySource* source = nullptr;  ///< of its key, null for keys of the configuration
  std::uint64_t key_version = 0;      ///< of the source

  std::span<const std::string_view> granted() const {
    return narrowed ? std::span<const std::string_view>(scopes) : consumer->scope_views;
  }
  /// It would still be accepted.
  bool holds(WallTime now) const {
    return now < expires + kTokenLeeway && (source == nullptr || source->version() == key_version);
  }
};

/// Immutable, thread safe, part of a configuration's snapshot; the table outlives it.
class TokenVerifier {
 public:
  static constexpr std::size_t kMostTokenBytes = security::kMostTokenBytes;

  /// Knows no provider.
  TokenVerifier();
  /// Checks `consumers[].oauth` against the providers and reads the keys that are given by value or file; what is
  /// wrong goes to `errors`, and then this is not fit for use. `own`: the key of the provider with a token endpoint,
  /// null when there is none (or it could not be read).
  TokenVerifier(const OauthSettings& settings, std::span<const ConsumerSettings> consumers, const ConsumerTable& table,
                const TokenSigningKey* own, KeySources& sources, config::Errors& errors);
  TokenVerifier(TokenVerifier&&) noexcept;
  TokenVerifier& operator=(TokenVerifier&&) noexcept;
  ~TokenVerifier();

  /// `token`: what followed `Bearer `. 40191 with the reason in Error::info, 40192 for one that was right and has
  /// expired, 50391 when its provider's keys were never fetched. Texts of errors hold nothing of the token.
  Result<VerifiedToken> verify(std::string_view token, WallTime now) const;

  /// Those of the providers with `jwks`, for whoever fetches and for KeySources::keep.
  const std::vector<std::shared_ptr<KeySource>>& sources() const { return sources_; }

 private:
  struct Provider;

  const Provider* find(std::string_view issuer) const;

  std::vector<std::unique_ptr<Provider>> providers_;
  std::vector<std::shared_ptr<KeySource>> sources_;
};

}  // namespace causeway::security
