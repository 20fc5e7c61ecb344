#include "net/header_rules.h"

#include <algorithm>
#include <cstdint>

#include "net/characters.h"

namespace causeway::net {
namespace {

enum Rule : std::uint8_t {
  kProtected = 1,        ///< only the gateway sets it
  kNotUp = 2,            ///< never from a caller to a system
  kNotUpWrapped = 4,     ///< neither when the answer will be wrapped
  kNotDown = 8,          ///< never from a system to a caller
  kNotDownWrapped = 16,  ///< neither when the answer is wrapped
  kMustArrive = 32,      ///< Connection may not take it away
};

constexpr std::uint8_t kOurs = kProtected | kNotUp | kNotDown | kMustArrive;
constexpr std::uint8_t kHop = kNotUp | kNotDown;

constexpr std::uint8_t rules_of(HeaderId id) {
  switch (id) {
    case HeaderId::kForwarded:
    case HeaderId::kXCausewayEnvelope:
    case HeaderId::kXCausewayEvent:
    case HeaderId::kXCausewayFallback:
    case HeaderId::kXCausewayTransaction:
    case HeaderId::kXConsumerName:
    case HeaderId::kXConsumerRoles:
    case HeaderId::kXForwardedFor:
    case HeaderId::kXForwardedHost:
    case HeaderId::kXForwardedProto:
    case HeaderId::kXHttpMethod:
    case HeaderId::kXHttpMethodOverride:
    case HeaderId::kXMethodOverride:
    case HeaderId::kXRealIp:
    case HeaderId::kXRequestTimeoutMs:
    case HeaderId::kXRewriteUrl:
      return kOurs;
    case HeaderId::kConnection:
    case HeaderId::kExpect:
    case HeaderId::kHttp2Settings:
    case HeaderId::kKeepAlive:
    case HeaderId::kProxy:
    case HeaderId::kProxyConnection:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kUpgrade:
      return kHop;
    case HeaderId::kContentLength:
    case HeaderId::kHost:
    case HeaderId::kTransferEncoding:
      return kHop | kMustArrive;
    case HeaderId::kAuthorization:
    case HeaderId::kIdempotencyKey:
    case HeaderId::kXApiKey:
    case HeaderId::kXContentSha256:
    case HeaderId::kXNonce:
    case HeaderId::kXSignature:
    case HeaderId::kXTimestamp:
      return kNotUp | kMustArrive;
    case HeaderId::kAccept:
    case HeaderId::kContentEncoding:
    case HeaderId::kContentType:
    case HeaderId::kCookie:
      return kMustArrive;
    case HeaderId::kTraceparent:
    case HeaderId::kTracestate:
    case HeaderId::kXRequestId:
      return kNotUp | kNotDown;
    case HeaderId::kAcceptEncoding:
    case HeaderId::kIfRange:
    case HeaderId::kRange:
      return kNotUpWrapped;
    case HeaderId::kAltSvc:
    case HeaderId::kClearSiteData:
    case HeaderId::kDate:
    case HeaderId::kServer:
    case HeaderId::kSetCookie:
      return kNotDown;
    case HeaderId::kAcceptRanges:
    case HeaderId::kContentDigest:
    case HeaderId::kContentMd5:
    case HeaderId::kContentRange:
    case HeaderId::kDigest:
    case HeaderId::kReprDigest:
      return kNotDownWrapped;
    default:
      return 0;
  }
}

constexpr auto kRules = [] {
  std::array<std::uint8_t, kHeaderIdCount> rules{};
  for (std::size_t i = 0; i < kHeaderIdCount; ++i) rules[i] = rules_of(static_cast<HeaderId>(i));
  return rules;
}();

struct Prefix {
  std::string_view text;  ///< folded
  std::uint8_t rules;
};

constexpr Prefix kPrefixes[] = {
    {"x-consumer-", kOurs},        {"x-causeway-", kOurs},    {"x-forwarded-", kOurs},
    {"x-original-", kOurs},        {"webhook-", kOurs},       {"proxy-", kHop},
    {"access-control-", kNotDown}, {"set-cookie2", kNotDown}, {"idempotency-replayed", kNotDown},  // ours to say
};

bool begins_with(std::string_view name, std::string_view folded_prefix) {
  return name.size() >= folded_prefix.size() &&
         std::equal(folded_prefix.begin(), folded_prefix.end(), name.begin(),
                    [](char wanted, char byte) { return kFold[static_cast<unsigned char>(byte)] == wanted; });
}

std::uint8_t rules_of(std::string_view name, HeaderId id) {
  if (id == HeaderId::kUnknown) id = folded_header_id(name);
  if (id != HeaderId::kUnknown) return kRules[static_cast<std::size_t>(id)];
  for (const Prefix& prefix : kPrefixes) {
    if (begins_with(name, prefix.text)) return prefix.rules;
  }
  return 0;
}

bool passes(const HeaderField& field, const ConnectionNames& connection, std::uint8_t forbidden) {
  return (rules_of(field.name, field.id) & forbidden) == 0 && !connection.has(field.name);
}

}  // namespace

const char* ConnectionNames::add(std::string_view value) {
  while (true) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view name = trim_blanks(value.substr(0, comma));
    if (!name.empty()) {
      if (const char* reason = add_name(name)) return reason;
    }
    if (comma == value.size()) return nullptr;
    value.remove_prefix(comma + 1);
  }
}

const char* ConnectionNames::add_name(std::string_view name) {
  if (!all_of(name, kToken)) return "connection_option";
  if (equals_ignoring_case(name, "close")) {
    close_ = true;
  } else if (equals_ignoring_case(name, "keep-alive")) {
    keep_alive_ = true;
  } else if ((rules_of(name, HeaderId::kUnknown) & kMustArrive) != 0) {
    return "connection_names_protected";
  } else if (!has(name)) {
    if (names_.full()) return "many_connection_options";
    names_.push(name);
  }
  return nullptr;
}

bool ConnectionNames::has(std::string_view name) const {
  return std::any_of(names_.begin(), names_.end(),
                     [name](std::string_view listed) { return equals_ignoring_case(listed, name); });
}

bool passes_to_upstream(const HeaderField& field, const ConnectionNames& connection, BodyPasses body) {
  return passes(field, connection, kNotUp | (body == BodyPasses::kWrapped ? kNotUpWrapped : 0));
}

bool passes_to_caller(const HeaderField& field, const ConnectionNames& connection, BodyPasses body) {
  return passes(field, connection, kNotDown | (body == BodyPasses::kWrapped ? kNotDownWrapped : 0));
}

bool is_protected(std::string_view name) { return (rules_of(name, header_id(name)) & kProtected) != 0; }

bool is_configurable(std::string_view name) {
  const HeaderId id = folded_header_id(name);
  if (id == HeaderId::kDate || id == HeaderId::kContentEncoding) return false;
  constexpr std::uint8_t kEitherWay = kNotUp | kNotDown;
  return (rules_of(name, id) & kEitherWay) != kEitherWay;
}

}  // namespace causeway::net
