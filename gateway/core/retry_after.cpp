#include "core/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/http_date.h"

namespace causeway {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

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

int retry_after_seconds(Duration wait) {
  return static_cast<int>(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

}  // namespace causeway
