#include "net/header_id.h"

#include <array>

#include "net/characters.h"

namespace causeway::net {
namespace {

// In the order of HeaderId.
constexpr std::array<std::string_view, kHeaderIdCount> kNames = {
    "",
    "Accept",
    "Accept-Encoding",
    "Accept-Ranges",
    "Allow",
    "Alt-Svc",
    "Authorization",
    "Cache-Control",
    "Clear-Site-Data",
    "Connection",
    "Content-Digest",
    "Content-Encoding",
    "Content-Length",
    "Content-MD5",
    "Content-Range",
    "Content-Type",
    "Cookie",
    "Date",
    "Deprecation",
    "Digest",
    "ETag",
    "Expect",
    "Forwarded",
    "Host",
    "HTTP2-Settings",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "Keep-Alive",
    "Last-Modified",
    "Link",
    "Location",
    "Origin",
    "Proxy",
    "Proxy-Connection",
    "Range",
    "RateLimit",
    "RateLimit-Policy",
    "Repr-Digest",
    "Retry-After",
    "Server",
    "Set-Cookie",
    "Sunset",
    "TE",
    "traceparent",
    "tracestate",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "User-Agent",
    "Vary",
    "Via",
    "WWW-Authenticate",
    "X-API-Key",
    "X-Causeway-Envelope",
    "X-Causeway-Event",
    "X-Causeway-Fallback",
    "X-Causeway-Transaction",
    "X-Consumer-Name",
    "X-Consumer-Roles",
    "X-Content-SHA256",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Nonce",
    "X-Real-IP",
    "X-Request-Id",
    "X-Request-Timeout-Ms",
    "X-Rewrite-URL",
    "X-Signature",
    "X-Timestamp",
};
static_assert(kNames[static_cast<std::size_t>(HeaderId::kXTimestamp)] == "X-Timestamp");
static_assert(kNames[static_cast<std::size_t>(HeaderId::kTe)] == "TE");

constexpr int kSlotBits = 10;

// Length and three letters tell our names apart.
constexpr std::uint32_t key_of(std::string_view name, const std::array<char, 256>& fold) {
  const auto letter = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(fold[static_cast<unsigned char>(name[i])]));
  };
  return (letter(0) << 24) ^ (letter(name.size() / 2) << 16) ^ (letter(name.size() - 1) << 8) ^
         static_cast<std::uint32_t>(name.size());
}

constexpr std::size_t slot(std::uint32_t key, std::uint32_t multiplier) {
  return (key * multiplier) >> (32 - kSlotBits);
}

struct PerfectHash {
  std::uint32_t multiplier = 0;
  std::array<HeaderId, std::size_t{1} << kSlotBits> ids{};
};

// The multiplier that gives each name a slot of its own is searched for while compiling.
constexpr PerfectHash make_hash() {
  std::array<std::uint32_t, kHeaderIdCount> keys{};
  for (std::size_t id = 1; id < kHeaderIdCount; ++id) keys[id] = key_of(kNames[id], kLower);
  for (std::uint32_t multiplier = 0x9e3779b1;; multiplier += 0x10002) {
    PerfectHash hash{multiplier, {}};
    bool fits = true;
    for (std::size_t id = 1; fits && id < kHeaderIdCount; ++id) {
      HeaderId& place = hash.ids[slot(keys[id], multiplier)];
      fits = place == HeaderId::kUnknown;
      place = static_cast<HeaderId>(id);
    }
    if (fits) return hash;
  }
}

constexpr PerfectHash kHash = make_hash();

HeaderId find(std::string_view name, const std::array<char, 256>& fold) {
  if (name.empty()) return HeaderId::kUnknown;
  const HeaderId id = kHash.ids[slot(key_of(name, fold), kHash.multiplier)];
  const std::string_view candidate = kNames[static_cast<std::size_t>(id)];
  if (candidate.size() != name.size()) return HeaderId::kUnknown;
  if (name == candidate) return id;  // most senders write it as we do
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (fold[static_cast<unsigned char>(name[i])] != lower(candidate[i])) return HeaderId::kUnknown;
  }
  return id;
}

}  // namespace

HeaderId header_id(std::string_view name) { return find(name, kLower); }

HeaderId folded_header_id(std::string_view name) { return find(name, kFold); }

std::string_view header_name(HeaderId id) { return kNames[static_cast<std::size_t>(id)]; }

}  // namespace causeway::net
