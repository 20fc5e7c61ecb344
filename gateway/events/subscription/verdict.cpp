#include "events/subscription/verdict.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/http_date.h"
#include "events/subscription/event_rules.h"

namespace causeway::events {
namespace {

// About the system or its configuration, not about the event.
constexpr std::array kSystemFailures{401, 403, 404, 405, 408, 409, 425, 429};

constexpr std::size_t kLongestWords = 300;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

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

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// IMF-fixdate only: whoever sends another form is tried again by our own schedule.
std::optional<WallTime> parse_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 29) return std::nullopt;
  const auto month_name = std::ranges::find(kMonths, text.substr(8, 3));
  const auto day_of_month = whole(text.substr(5, 2)), year_number = whole(text.substr(12, 4));
  const auto hour = whole(text.substr(17, 2)), minute = whole(text.substr(20, 2)), second = whole(text.substr(23, 2));
  if (month_name == kMonths.end() || !day_of_month || !year_number || !hour || !minute || !second) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*year_number)),
                            month(static_cast<unsigned>(month_name - kMonths.begin()) + 1),
                            day(static_cast<unsigned>(*day_of_month)));
  if (!date.ok()) return std::nullopt;
  const WallTime time = sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
  // Blanks, zone and weekday are compared by writing the date again.
  if (HttpDate(time).text() != text) return std::nullopt;
  return time;
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  constexpr std::int64_t kMost = 365 * 24 * 3600;
  if (const auto seconds = whole(value)) return std::chrono::seconds(std::min(*seconds, kMost));
  if (const auto date = parse_date(value)) return std::max(Duration(0), Duration(*date - now));
  return std::nullopt;
}

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
