// Tokens that one worker has verified, so that a caller's next call costs a hash and not a signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "security/oauth/token_verifier.h"
#include "security/sha256.h"

namespace causeway::security {

/// One thread at a time. Belongs to one verifier, and so to one configuration: a consumer that a reload removes is
/// gone with it. Bounded: when it is full, the oldest entry leaves. Finding does not allocate; memory is taken with the
/// first token that is put in.
class TokenCache {
 public:
  explicit TokenCache(std::size_t capacity = 4096);

  /// The hash that it is kept under; the token itself is not kept.
  static Sha256Digest digest(std::string_view token) { return sha256(token); }
  /// Null when it is not there, has expired, or its provider's keys have changed. Valid until the next `put`.
  const VerifiedToken* find(const Sha256Digest& digest, WallTime now);
  const VerifiedToken& put(const Sha256Digest& digest, VerifiedToken token);

  std::size_t size() const { return entries_.size(); }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffffffff;
  struct Entry {
    Sha256Digest digest;
    VerifiedToken token;
    Index next = kNone;  // of the same bucket
  };

  Index& bucket(const Sha256Digest& digest);
  /// What points to the entry of this digest, or kNone where it would be.
  Index* link_to(const Sha256Digest& digest);

  std::size_t capacity_;
  Index oldest_ = 0;  // where the next one goes once all are used
  std::vector<Entry> entries_;
  std::vector<Index> buckets_;  // a power of two
};

}  // namespace causeway::security
