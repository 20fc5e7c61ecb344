#include "security/oauth/token_cache.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace causeway::security {

TokenCache::TokenCache(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}

TokenCache::Index& TokenCache::bucket(const Sha256Digest& digest) {
  std::uint64_t bits = 0;  // a digest is as even as any hash of it
  std::memcpy(&bits, digest.data(), sizeof bits);
  return buckets_[bits & (buckets_.size() - 1)];
}

TokenCache::Index* TokenCache::link_to(const Sha256Digest& digest) {
  Index* link = &bucket(digest);
  while (*link != kNone && entries_[*link].digest != digest) link = &entries_[*link].next;
  return link;
}

const VerifiedToken* TokenCache::find(const Sha256Digest& digest, WallTime now) {
  if (buckets_.empty()) return nullptr;
  const Index found = *link_to(digest);
  if (found == kNone || !entries_[found].token.holds(now)) return nullptr;
  return &entries_[found].token;
}

const VerifiedToken& TokenCache::put(const Sha256Digest& digest, VerifiedToken token) {
  if (buckets_.empty()) {
    entries_.reserve(capacity_);
    buckets_.assign(std::bit_ceil(2 * capacity_), kNone);
  }
  if (const Index known = *link_to(digest); known != kNone) return entries_[known].token = std::move(token);
  Index place = static_cast<Index>(entries_.size());
  if (entries_.size() < capacity_) {
    entries_.emplace_back();
  } else {
    place = oldest_;
    oldest_ = static_cast<Index>((oldest_ + 1) % capacity_);
    *link_to(entries_[place].digest) = entries_[place].next;
  }
  Index& head = bucket(digest);
  entries_[place] = {digest, std::move(token), head};
  head = place;
  return entries_[place].token;
}

}  // namespace causeway::security
