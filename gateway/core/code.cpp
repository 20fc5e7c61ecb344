#include "core/code.h"

#include <algorithm>
#include <iterator>

namespace causeway {
namespace {

constexpr CodeInfo kCodes[] = {
    {Code::kSuccess, "success", "success"},
    {Code::kMalformedHttp, "malformed_http", "malformed HTTP request"},
    {Code::kNotJson, "not_json", "the body is not the JSON that it claims to be"},
    {Code::kInvalid, "invalid", "the body is not valid"},
    {Code::kBadIdempotencyKey, "bad_idempotency_key", "the Idempotency-Key is malformed"},
    {Code::kTransformRefused, "transform_refused", "the body cannot be transformed"},
    {Code::kNoCredentials, "no_credentials", "credentials required"},
    {Code::kWrongCredentials, "wrong_credentials", "wrong credentials"},
    {Code::kExpiredCredentials, "expired_credentials", "expired credentials"},
    {Code::kTimestampOutsideWindow, "timestamp_outside_window", "timestamp outside the window"},
    {Code::kReplayed, "replayed", "this signature was used before"},
    {Code::kForbidden, "forbidden", "not allowed"},
    {Code::kAddressForbidden, "address_forbidden", "not allowed from this address"},
    {Code::kNoRoute, "no_route", "no such route"},
    {Code::kNoSuchThing, "no_such_thing", "no such thing"},
    {Code::kMethodNotAllowed, "method_not_allowed", "method not allowed"},
    {Code::kVersionNotAcceptable, "version_not_acceptable", "version not acceptable"},
    {Code::kClientTooSlow, "client_too_slow", "the request arrived too slowly"},
    {Code::kStillRunning, "still_running", "a call with this key is still running"},
    {Code::kOutcomeStillUnknown, "outcome_still_unknown", "the outcome of the call with this key is still unknown"},
    {Code::kAnswerTooLong, "answer_too_long", "the call with this key is done; its answer was too long to be kept"},
    {Code::kConflict, "conflict", "not possible in its present state"},
    {Code::kSunset, "sunset", "this version is no longer served"},
    {Code::kBodyTooLarge, "body_too_large", "the body is too large"},
    {Code::kTargetTooLong, "target_too_long", "the request target is too long"},
    {Code::kUnsupportedMediaType, "unsupported_media_type", "unsupported media type"},
    {Code::kExpectationFailed, "expectation_failed", "expectation not supported"},
    {Code::kMisdirected, "misdirected", "this connection does not serve that host"},
    {Code::kConflictingPayload, "conflicting_payload", "this id was used before with another payload"},
    {Code::kItemsRefused, "items_refused", "nothing was taken: some items are refused"},
    {Code::kRateLimited, "rate_limited", "too many requests"},
    {Code::kHeadersTooLarge, "headers_too_large", "the headers are too large"},
    {Code::kCallerLeft, "caller_left", "the caller left before the answer"},
    {Code::kInternal, "internal", "internal error"},
    {Code::kUpstreamUnreachable, "upstream_unreachable", "the system behind is unreachable"},
    {Code::kUpstreamBroke, "upstream_broke", "the system behind broke off its answer"},
    {Code::kUpstreamNonsense, "upstream_nonsense", "the system behind answered nonsense"},
    {Code::kBreakerOpen, "breaker_open", "the system behind is failing and is left alone for a while"},
    {Code::kOverloaded, "overloaded", "overloaded, try again later"},
    {Code::kStoreRefused, "store_refused", "the event could not be taken, try again later"},
    {Code::kDraining, "draining", "shutting down, try again later"},
    {Code::kUpstreamTimeout, "upstream_timeout", "the system behind was too late"},
    {Code::kOutcomeUnknown, "outcome_unknown", "the system behind did not answer: the outcome is unknown"},
};

}  // namespace

std::span<const CodeInfo> all_codes() { return kCodes; }

const CodeInfo& code_info(Code code) {
  const auto* row = std::lower_bound(std::begin(kCodes), std::end(kCodes), code,
                                     [](const CodeInfo& info, Code wanted) { return info.code < wanted; });
  if (row != std::end(kCodes) && row->code == code) return *row;
  return code_info(Code::kInternal);
}

}  // namespace causeway
