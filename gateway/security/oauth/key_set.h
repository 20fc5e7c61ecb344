// The keys of one provider (RFC 7517, 5).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/bytes.h"
#include "security/oauth/jwk.h"
#include "security/oauth/key.h"

namespace causeway::security {

/// Immutable, thread safe, move-only.
class KeySet {
 public:
  struct Entry {
    std::string kid;  ///< empty: it has none, so only tokens without kid may use it
    VerificationKey key;
  };

  static constexpr std::size_t kMostBytes = 1 << 20;
  static constexpr std::size_t kMostKeys = 1000;

  KeySet() = default;
  /// Kids occur once, the caller's duty.
  explicit KeySet(std::vector<Entry> entries);

  struct Read;
  /// A JWKS. Keys that we have no use for are skipped and told: unknown kty or curve, use other than sig, key_ops
  /// without verify, an algorithm that is none of `allowed`, RSA below 2048 bits, a point beside its curve. A key
  /// without `alg` gets the one of `allowed` that fits it; when several do, it is skipped. What makes the whole set
  /// suspect refuses it: text that is no JSON object with `keys`, doubled names in it, more than kMostBytes or
  /// kMostKeys, one kid for two different keys, a secret that was published (`oct`, or a private `d`), secrets beside
  /// public keys even where secrets are taken, and not a single usable key.
  static Read from_jwks(Bytes text, std::span<const JwsAlgorithm> allowed,
                        PublishedSecrets secrets = PublishedSecrets::kRefuse);

  /// The key of this kid; null when there is none, and for an empty one.
  const VerificationKey* find(std::string_view kid) const;
  /// What a token without kid means: the key of a set of one, else null.
  const VerificationKey* only() const { return entries_.size() == 1 ? &entries_.front().key : nullptr; }
  std::size_t size() const { return entries_.size(); }
  /// The same kids with the same keys.
  bool same_as(const KeySet& other) const;

 private:
  std::vector<Entry> entries_;  // ascending by kid
};

struct KeySet::Read {
  std::variant<KeySet, std::string> set;  ///< or why it was refused
  std::vector<std::string> skipped;       ///< `key 3 ("a-kid"): RSA of 1024 bits, needs 2048`, for the log

  bool ok() const { return set.index() == 0; }
};

}  // namespace causeway::security
