// The header fields that the gateway itself touches, as an enum: comparing and indexing instead of string compares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace causeway::net {

/// Ascending by name. kUnknown is every other name; such fields are kept and looked up by name only.
enum class HeaderId : std::uint8_t {
  kUnknown,
  kAccept,
  kAcceptEncoding,
  kAcceptRanges,
  kAllow,
  kAltSvc,
  kAuthorization,
  kCacheControl,
  kClearSiteData,
  kConnection,
  kContentDigest,
  kContentEncoding,
  kContentLength,
  kContentMd5,
  kContentRange,
  kContentType,
  kCookie,
  kDate,
  kDeprecation,
  kDigest,
  kETag,
  kExpect,
  kForwarded,
  kHost,
  kHttp2Settings,
  kIdempotencyKey,
  kIfMatch,
  kIfModifiedSince,
  kIfNoneMatch,
  kIfRange,
  kKeepAlive,
  kLastModified,
  kLink,
  kLocation,
  kOrigin,
  kProxy,
  kProxyConnection,
  kRange,
  kRateLimit,
  kRateLimitPolicy,
  kReprDigest,
  kRetryAfter,
  kServer,
  kSetCookie,
  kSunset,
  kTe,
  kTraceparent,
  kTracestate,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUserAgent,
  kVary,
  kVia,
  kWwwAuthenticate,
  kXApiKey,
  kXCausewayEnvelope,
  kXCausewayEvent,
  kXCausewayFallback,
  kXCausewayTransaction,
  kXConsumerName,
  kXConsumerRoles,
  kXContentSha256,
  kXForwardedFor,
  kXForwardedHost,
  kXForwardedProto,
  kXHttpMethod,
  kXHttpMethodOverride,
  kXMethodOverride,
  kXNonce,
  kXRealIp,
  kXRequestId,
  kXRequestTimeoutMs,
  kXRewriteUrl,
  kXSignature,
  kXTimestamp,
  kCount,  ///< not a header
};

inline constexpr std::size_t kHeaderIdCount = static_cast<std::size_t>(HeaderId::kCount);

/// The id of `name`, whatever its case; kUnknown for other names. One hash, one compare, no allocation.
HeaderId header_id(std::string_view name);

/// As header_id, but `_` and `.` count as `-`: what a CGI-like system behind us would take the name for.
HeaderId folded_header_id(std::string_view name);

/// The name as it is written on the wire, such as `Content-Length`. Empty for kUnknown.
std::string_view header_name(HeaderId id);

}  // namespace causeway::net
