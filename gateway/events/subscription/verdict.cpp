#include "events/subscription/verdict.h"

#include <algorithm>
#include <array>

#include "core/retry_after.h"
#include "events/subscription/event_rules.h"

namespace causeway::events {
namespace {

// About the system or its configuration, not about the event.
constexpr std::array kSystemFailures{401, 403, 404, 405, 408, 409, 425, 429};

constexpr std::size_t kLongestWords = 300;

bool refuses_the_event(const Answer& answer) {
  if (answer.outcome) return *answer.outcome == CallClass::kBusiness;
  const int status = answer.status;
  return status >= 400 && status < 500 && std::ranges::find(kSystemFailures, status) == kSystemFailures.end();
}

/// `422`, or what the system says in its own words: `40001 out of stock`.
std::string reason_of(const Answer& answer) {
  if (answer.code == 0) return std::to_string(answer.status);
  const std::string code = std::to_string(answer.code);
  return answer.message.empty() ? code : code + ' ' + std::string(cut_text(answer.message, kLongestWords));
}

}  // namespace

bool is_done(const Answer& answer) {
  if (answer.done) return *answer.done;
  if (answer.outcome) return *answer.outcome == CallClass::kSuccess;
  return answer.status >= 200 && answer.status < 300;
}

Verdict judge(const Answer& answer, const Tried& tried, const RetrySettings& retry, WallTime now) {
  using Kind = Verdict::Kind;
  if (is_done(answer)) return {.kind = Kind::kDone, .reason = {}};
  if (refuses_the_event(answer)) return {.kind = Kind::kDead, .reason = reason_of(answer)};
  if (tried.attempts >= retry.max_attempts) return {.kind = Kind::kDead, .reason = "attempts exhausted"};
  if (now - tried.since >= retry.max_age) return {.kind = Kind::kDead, .reason = "max_age"};
  Duration wait = resilience::backoff(retry, tried.attempts, tried.random);
  if (answer.status == 429 || answer.status == 503) {
    if (const auto asked = parse_retry_after(answer.retry_after, now))
      wait = std::max(wait, std::min(*asked, retry.max_delay));
  }
  return {.kind = Kind::kRetry, .wait = wait, .reason = {}};
}

}  // namespace causeway::events
