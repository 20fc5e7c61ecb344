#include "upstream/retry.h"

#include <algorithm>

#include "upstream/connection.h"

namespace causeway::upstream {

using Kind = RetryReason::Kind;

RetryRules::RetryRules(const std::optional<RetrySettings>& settings) : settings_(settings) {
  if (!settings_) return;
  connect_failure_ = reset_ = asked_503_ = settings_->on.empty();
  for (const RetryReason& reason : settings_->on) {
    connect_failure_ |= reason.kind == Kind::kConnectFailure;
    reset_ |= reason.kind == Kind::kReset;
    timeout_ |= reason.kind == Kind::kTimeout;
    system_ |= reason.kind == Kind::kSystem;
    if (reason.kind == Kind::kStatus) statuses_.set(reason.status - 400u);
  }
}

std::optional<Kind> RetryRules::reason_of(const Error& error) const {
  switch (error.code()) {
    case Code::kUpstreamUnreachable:
      if (connect_failure_) return Kind::kConnectFailure;
      break;
    case Code::kUpstreamBroke:  // kNever: a part of the answer had come
      if (reset_ && error.resend() != Resend::kNever) return Kind::kReset;
      break;
    case Code::kUpstreamTimeout:
      if (timeout_) return Kind::kTimeout;
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<Kind> RetryRules::reason_of(const CallResponse& answer) const {
  const int status = answer.head.status;
  if (status >= 400 && status < 600 && statuses_.test(static_cast<std::size_t>(status - 400))) return Kind::kStatus;
  if (asked_503_ && status == 503 && answer.head.headers.contains(net::HeaderId::kRetryAfter)) return Kind::kStatus;
  if (system_ && answer.call_class == CallClass::kSystem) return Kind::kSystem;
  return std::nullopt;
}

Duration RetryRules::wait(std::uint32_t tries, double random, std::optional<Duration> asked) const {
  if (!settings_) return {};
  const Duration own = resilience::backoff(*settings_, tries, random);
  return asked ? std::min(std::max(*asked, own), settings_->max_delay) : own;
}

bool may_repeat(const CallRequest& request) { return request.repeatable || net::is_idempotent(request.method); }

bool lost_with_connection(const Error& error, const CallRequest& request, const CallResponse& response) {
  if (error.code() != Code::kUpstreamBroke || !response.lease || !response.lease->used_before()) return false;
  if (request.body->streams()) return false;
  if (error.resend() == Resend::kIfUnsent) return true;
  return error.resend() == Resend::kSafe && may_repeat(request);
}

}  // namespace causeway::upstream
