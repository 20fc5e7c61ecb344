// The one table of codes that callers see (design: "Envelope and codes"). `code / 100` is the HTTP status; x90–x99
// belong to the gateway, x00–x89 to the systems behind it (their codes are passed on as plain numbers and never appear
// here).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace causeway {

enum class Code : std::uint32_t {
  kSuccess = 0,
  kMalformedHttp = 40090,
  kNotJson = 40091,
  kInvalid = 40092,
  kBadIdempotencyKey = 40093,
  kTransformRefused = 40094,
  kNoCredentials = 40190,
  kWrongCredentials = 40191,
  kExpiredCredentials = 40192,
  kTimestampOutsideWindow = 40193,
  kReplayed = 40194,
  kForbidden = 40390,
  kAddressForbidden = 40391,
  kNoRoute = 40490,
  kNoSuchThing = 40491,
  kMethodNotAllowed = 40590,
  kVersionNotAcceptable = 40690,
  kClientTooSlow = 40890,
  kStillRunning = 40990,
  kOutcomeStillUnknown = 40991,
  kAnswerTooLong = 40992,
  kConflict = 40993,
  kSunset = 41090,
  kBodyTooLarge = 41390,
  kTargetTooLong = 41490,
  kUnsupportedMediaType = 41590,
  kExpectationFailed = 41790,
  kMisdirected = 42190,
  kConflictingPayload = 42290,
  kItemsRefused = 42291,
  kRateLimited = 42990,
  kHeadersTooLarge = 43190,
  kCallerLeft = 49990,  ///< for the record: nobody is there to be answered
  kInternal = 50090,
  kUpstreamUnreachable = 50290,
  kUpstreamBroke = 50291,
  kUpstreamNonsense = 50292,
  kBreakerOpen = 50390,
  kOverloaded = 50391,
  kStoreRefused = 50392,
  kDraining = 50393,
  kUpstreamTimeout = 50490,
  kOutcomeUnknown = 50491,
};

struct CodeInfo {
  Code code;
  std::string_view name;     ///< for logs, `upstream_unreachable`
  std::string_view message;  ///< what callers read in the envelope; says nothing about the inside
};

/// Every code of the gateway, ascending. Thread safe, static lifetime.
std::span<const CodeInfo> all_codes();

/// The row of `code`; codes outside the table give the row of kInternal.
const CodeInfo& code_info(Code code);

constexpr std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }
constexpr int http_status(Code code) { return code == Code::kSuccess ? 200 : static_cast<int>(number(code) / 100); }

}  // namespace causeway
